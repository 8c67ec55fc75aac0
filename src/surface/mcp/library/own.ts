// The product's own library: one shelf for each kind of resource, and the prompts. Long texts are
// cut; the note at the end names the address that reads on (`?offset=`, in UTF-16 units).
import { AppError } from '../../../base/index.ts';
import type { Door } from '../../../operation/index.ts';
import type { ResourceContents } from '../protocol.ts';
import { guideShelf, schemaShelf } from './guides.ts';
import { itemShelves } from './items.ts';
import { jobShelf } from './jobs.ts';
import type { Asked, Library } from './library.ts';
import { ownPrompts } from './prompts.ts';
import { createReading } from './reading.ts';
import type { Page, Place, Shelf } from './shelf.ts';

/** A resource is chosen by a person, so it may be longer than the result of a tool. */
const maxUnits = 200_000;

interface Address extends Place {
  host: string;
}

/** Undefined for what no shelf can mean. */
function addressOf(uri: string): Address | undefined {
  if (uri.length > 2_000 || !URL.canParse(uri)) return undefined;
  const { protocol, hostname, pathname, searchParams, hash } = new URL(uri);
  const known = [...searchParams.keys()].every((name) => name === 'offset');
  const offset = searchParams.get('offset') ?? '0';
  if (protocol !== 'millrace:' || hash !== '' || !known || !/^\d{1,8}$/.test(offset)) {
    return undefined;
  }
  try {
    return { host: hostname, rest: decodeURIComponent(pathname.slice(1)), offset: Number(offset) };
  } catch {
    return undefined;
  }
}

/** The part that was asked for, and the way to the next one; never half a character. */
function contentsOf(uri: string, { mimeType, text, from }: Page, offset: number): ResourceContents {
  const rest = from === undefined ? text.slice(offset) : text;
  if (rest.length <= maxUnits) return { uri, mimeType, text: rest };
  const split = /[\uD800-\uDBFF]/.test(rest.charAt(maxUnits - 1));
  const kept = rest.slice(0, split ? maxUnits - 1 : maxUnits);
  const [plain = uri] = uri.split('?', 1);
  const next = `${plain}?offset=${offset + kept.length}`;
  return { uri, mimeType: 'text/plain', text: `${kept}\n\n[Cut here. Read on: ${next}]` };
}

export interface LibraryDeps {
  door: Door;
}

export function createLibrary({ door }: LibraryDeps): Library {
  const reading = createReading(door);
  const shelves: readonly Shelf[] = [
    guideShelf(reading),
    schemaShelf,
    ...itemShelves(reading),
    jobShelf(reading),
  ];
  const prompts = ownPrompts(reading);
  const openShelves = (asked: Asked) => shelves.filter((shelf) => shelf.openTo(asked));
  const openPrompts = (asked: Asked) => prompts.filter((prompt) => prompt.openTo(asked));

  return {
    async resources(asked) {
      return (await Promise.all(openShelves(asked).map((shelf) => shelf.entries(asked)))).flat();
    },
    templates: async (asked) => openShelves(asked).flatMap(({ templates }) => templates),
    async jobOf(asked, uri) {
      const address = addressOf(uri);
      const shelf = shelves.find(({ host }) => host === address?.host);
      return address && shelf?.jobOf?.(asked, address);
    },
    async read(asked, uri) {
      const address = addressOf(uri);
      const shelf = shelves.find(({ host }) => host === address?.host);
      if (!address || !shelf) return undefined;
      try {
        const page = await shelf.read(asked, address);
        return page && contentsOf(uri, page, address.offset);
      } catch (error) {
        // What no such item can be called is not there either.
        const nothing = error instanceof AppError && /^(not_found|invalid_input)$/.test(error.code);
        if (nothing) return undefined;
        throw error;
      }
    },
    prompts: async (asked) => openPrompts(asked).map(({ entry }) => entry),
    async prompt(asked, name, args) {
      const prompt = openPrompts(asked).find(({ entry }) => entry.name === name);
      if (!prompt) return undefined;
      const needed = prompt.entry.arguments.find(
        (argument) => argument.required && !args[argument.name]?.trim(),
      );
      if (!needed) return prompt.messages(asked, args);
      throw new AppError('invalid_input', `The argument ${needed.name} is missing.`, {
        hint: needed.description,
      });
    },
    async complete(asked, typed) {
      const { of, argument, value } = typed;
      if ('prompt' in of) {
        const prompt = openPrompts(asked).find(({ entry }) => entry.name === of.prompt);
        if (!prompt?.entry.arguments.some(({ name }) => name === argument)) return undefined;
        const completer = Object.hasOwn(prompt.complete, argument) && prompt.complete[argument];
        return completer ? completer(asked, value) : [];
      }
      const shelf = openShelves(asked).find(({ templates }) =>
        templates.some(({ uriTemplate }) => uriTemplate === of.template),
      );
      return shelf?.complete?.(asked, typed);
    },
  };
}
