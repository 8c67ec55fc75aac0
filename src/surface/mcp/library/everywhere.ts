// The library of an address that belongs to no workspace: what every workspace of the person has,
// at `millrace://w/<workspace>/…`. Guides and schemas are the same everywhere; they keep their own.
import { AppError } from '../../../base/index.ts';
import type { Caller } from '../../../operation/index.ts';
import type { ContentBlock, ResourceContents } from '../protocol.ts';
import type { Asked, Library, PromptArgument, PromptMessage } from './library.ts';

/** Workspaces whose items stand in the list; those of all can be read. */
const maxListed = 20;

const shared = /^millrace:\/\/(?:docs|schemas)\//;
const own = /^millrace:\/\/w\/([\w.-]{1,100})\/(.+)$/;
const scheme = 'millrace://';
const parameter = '{workspace}';

/** `millrace://scripts/f/team/a` → `millrace://w/test/scripts/f/team/a`. */
function within(workspace: string, uri: string): string {
  return shared.test(uri) ? uri : `${scheme}w/${workspace}/${uri.slice(scheme.length)}`;
}

const argument: PromptArgument = {
  name: 'workspace',
  description: 'Id of the workspace, as list_workspaces tells it.',
  required: true,
};

const notOwn = (): AppError =>
  new AppError('invalid_input', 'The argument workspace names none of your workspaces.', {
    hint: argument.description,
  });

/** Each once, in the order in which they came. */
function distinct<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): Entry[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

function widened(contents: ResourceContents, workspace: string, uri: string): ResourceContents {
  if (!('text' in contents)) return { ...contents, uri };
  // The way to read on stands at the end.
  const text = contents.text.replace(/(?<=\n\[Cut here\. Read on: )millrace:\S+(?=\]$)/, (next) =>
    within(workspace, next),
  );
  return { ...contents, uri, text };
}

function block(content: ContentBlock, workspace: string): ContentBlock {
  if (content.type !== 'resource') return content;
  const { resource } = content;
  return { ...content, resource: { ...resource, uri: within(workspace, resource.uri) } };
}

export interface EverywhereDeps {
  /** What one workspace has. */
  library: Library;
  /** The workspaces that a caller may use, by id. */
  workspaces: (caller: Caller) => Promise<readonly { id: string }[]>;
}

export function createEverywhere({ library, workspaces }: EverywhereDeps): Library {
  async function idsOf({ call }: Asked): Promise<string[]> {
    return (await workspaces(call.caller)).map(({ id }) => id);
  }

  async function there(asked: Asked, workspace: string): Promise<Asked> {
    const caller = await asked.callerIn(workspace);
    return { ...asked, workspace, call: { ...asked.call, caller, workspace } };
  }

  /** Undefined for a workspace that is not the person's. */
  async function inOwn(asked: Asked, workspace = ''): Promise<Asked | undefined> {
    return (await idsOf(asked)).includes(workspace) ? there(asked, workspace) : undefined;
  }

  async function all(asked: Asked): Promise<Asked[]> {
    const ids = (await idsOf(asked)).slice(0, maxListed);
    return Promise.all(ids.map((id) => there(asked, id)));
  }

  /** What is shared is read in the first workspace that there is. */
  async function placeOf(asked: Asked, uri: string): Promise<[Asked | undefined, string]> {
    const [, workspace, rest] = own.exec(uri) ?? [];
    if (rest !== undefined) return [await inOwn(asked, workspace), scheme + rest];
    const [first] = shared.test(uri) ? await idsOf(asked) : [];
    return [first === undefined ? undefined : await there(asked, first), uri];
  }

  return {
    async resources(asked) {
      const lists = (await all(asked)).map(async (one) =>
        (await library.resources(one)).map((entry) => {
          const uri = within(one.workspace, entry.uri);
          const title = uri === entry.uri ? entry.title : `${one.workspace}: ${entry.title}`;
          return { ...entry, uri, title };
        }),
      );
      return distinct((await Promise.all(lists)).flat(), ({ uri }) => uri);
    },
    async templates(asked) {
      const lists = (await all(asked)).map((one) => library.templates(one));
      const entries = (await Promise.all(lists)).flat().map((entry) => {
        const uriTemplate = within(parameter, entry.uriTemplate);
        return { ...entry, uriTemplate };
      });
      return distinct(entries, ({ uriTemplate }) => uriTemplate);
    },
    async read(asked, uri) {
      const [one, plain] = await placeOf(asked, uri);
      const contents = one && (await library.read(one, plain));
      return contents && widened(contents, one.workspace, uri);
    },
    async jobOf(asked, uri) {
      const [one, plain] = await placeOf(asked, uri);
      return one && library.jobOf?.(one, plain);
    },
    async prompts(asked) {
      const lists = (await all(asked)).map((one) => library.prompts(one));
      const entries = (await Promise.all(lists)).flat();
      return distinct(entries, ({ name }) => name).map((entry) => ({
        ...entry,
        arguments: [argument, ...entry.arguments],
      }));
    },
    async prompt(asked, name, { workspace, ...args }) {
      const ids = await idsOf(asked);
      const one = await inOwn(asked, workspace ?? (ids.length === 1 ? ids[0] : undefined));
      if (!one) throw notOwn();
      const messages = await library.prompt(one, name, args);
      if (!messages) return undefined;
      const text = `Work in the workspace ${one.workspace}: give the tools its id as workspace_id.`;
      const first: PromptMessage = { role: 'user', content: { type: 'text', text } };
      const rest = messages.map(({ role, content }) => ({
        role,
        content: block(content, one.workspace),
      }));
      return [first, ...rest];
    },
    async complete(asked, typed) {
      const { of, argument: name, value, given } = typed;
      if (name === argument.name) {
        const known =
          'prompt' in of
            ? (await this.prompts(asked)).some((entry) => entry.name === of.prompt)
            : of.template.includes(parameter) &&
              (await this.templates(asked)).some((entry) => entry.uriTemplate === of.template);
        if (!known) return undefined;
        return (await idsOf(asked)).filter((id) => id.startsWith(value));
      }
      const one = await inOwn(asked, given[argument.name]);
      const plain =
        'template' in of ? { template: of.template.replace(`w/${parameter}/`, '') } : of;
      return one ? library.complete(one, { ...typed, of: plain }) : [];
    },
  };
}
