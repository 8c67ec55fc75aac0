// What of a result is personal, and the result without it. First the names in known fields are
// gathered, then every text is searched for them and for all else, then the tokens come in.
import {
  createNameIndex,
  isName,
  looksLikeName,
  type NameIndex,
  type Scanner,
} from './detect/index.ts';
import { embeddedIn, literalsOf } from './embedded.ts';
import { createMeanings, type FieldMeaning, type NameField } from './fields.ts';
import type { Hit } from './pii-type.ts';
import { createPlace, type Place } from './place.ts';
import { walk } from './walk.ts';

/** JSON in JSON in JSON: deeper is searched as plain text. */
const maxEmbedded = 6;

/** A piece of a text that changes: a value, or a JSON literal with such pieces. */
type Piece = { start: number; end: number } & ({ type: string } | { inner: Found });

interface Found {
  text: string;
  pieces: Piece[];
}

export interface Personal {
  type: string;
  value: string;
}

export interface ProtectionDeps {
  scanner: Scanner;
  /** Names that are known from elsewhere: the directory, and those of this person's day. */
  names: readonly NameIndex[];
  nameFields: readonly string[];
}

/** Where names stand in the value of a name field: `"Ann Lee" <ann@x.de>; Bo Li`. */
function nameSpans(text: string, field: NameField): Hit[] {
  if (field === undefined || (field === 'mail' && !text.includes('<'))) return [];
  const spans: Hit[] = [];
  const addresses = /[<;]/.test(text) ? /[^,;]+/g : /[^]+/g;
  for (const { 0: part, index } of text.matchAll(addresses)) {
    const [bare = ''] = part.split('<', 1);
    const name = bare.replace(/^[\s"'(]+|[\s"')]+$/g, '');
    const fits = field === 'likely' ? looksLikeName(name) : isName(name);
    const start = index + part.indexOf(name);
    if (fits) spans.push({ type: 'NAME', start, end: start + name.length });
  }
  return spans;
}

/** One word of letters is no value: most names of fields are not looked at further. */
const plainName = /^[A-Za-z_]{0,40}$/;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The name of the person that an object is, if it is one: `{ name: 'Ann Lee', email: … }`, or
 * `{ firstName: 'Ann', lastName: 'Lee' }`.
 */
function nameOfPerson(value: Readonly<Record<string, unknown>>): string | undefined {
  const first = textOf(value['firstName'] ?? value['first_name'] ?? value['givenName']);
  const last = textOf(value['lastName'] ?? value['last_name'] ?? value['familyName']);
  if (first !== '' && last !== '') return `${first} ${last}`;
  const name = textOf(value['name']);
  if (!looksLikeName(name)) return undefined;
  const isPerson = Object.keys(value).some((key) => /e-?mail|avatar|accountid/i.test(key));
  return isPerson ? name : undefined;
}

/** A text at a place. In a list of issues many are the same: each is searched once. */
interface Visited {
  text: string;
  place: Place;
  found?: Found;
}

export interface Search {
  /** What was found, by the turn of its text in the walk. */
  found: readonly (Found | undefined)[];
  /** Each value once. */
  list: Personal[];
  /** The fields in which they stood. */
  fields: string[];
}

export type Protection = ReturnType<typeof createProtection>;

export function createProtection({ scanner, names, nameFields }: ProtectionDeps) {
  const meaningOf = createMeanings(nameFields);
  const gathered = new Set<string>();
  let indexes: readonly NameIndex[] = names;

  /** All texts, by their turns, while the names in known fields are gathered. */
  function visitAll(value: unknown) {
    const turns: (Visited | undefined)[] = [];
    const known = new Map<Place, Map<string, Visited>>();
    const root = createPlace();

    function visit(text: string, place: Place): boolean {
      let here = known.get(place);
      if (!here) known.set(place, (here = new Map()));
      const before = here.get(text);
      const visited = before ?? { text, place };
      if (!before) here.set(text, visited);
      turns.push(visited);
      return !before;
    }

    walk(value, {
      text(text, place) {
        if (visit(text, place)) gatherNames(text, place, 0);
        return text;
      },
      name(name) {
        if (plainName.test(name)) turns.push(undefined);
        else visit(name, root);
        return name;
      },
      number(digits, place) {
        if (meaningOf(place).sense === 'phone') visit(String(digits), place);
        else turns.push(undefined);
        return digits;
      },
      object: gatherPerson,
    });
    return turns;
  }

  function gatherPerson(value: Readonly<Record<string, unknown>>): void {
    const name = nameOfPerson(value);
    if (name !== undefined && isName(name)) gatherName(name);
  }

  function gatherName(name: string): void {
    if (!isKnown(name)) gathered.add(name);
  }

  function isKnown(text: string): boolean {
    return gathered.has(text) || names.some((index) => index.endAt(text, 0) === text.length);
  }

  function gatherNames(text: string, place: Place, depth: number): void {
    const inner = depth < maxEmbedded ? embeddedIn(text) : undefined;
    if (inner !== undefined) {
      const below = (each: string, at: Place): string => {
        gatherNames(each, at, depth + 1);
        return each;
      };
      walk(inner, { text: below, object: gatherPerson }, place);
    }
    const { names: field } = meaningOf(place);
    if (field === undefined || isKnown(text)) return;
    for (const { start, end } of nameSpans(text, field)) {
      gatherName(text.slice(start, end));
    }
  }

  function piecesOf(text: string, { sense, names: field }: FieldMeaning): Piece[] {
    const found = scanner.scan(text, indexes, sense);
    if (field === undefined || !scanner.findsNames) return found;
    const [first] = found;
    if (first?.start === 0 && first.end === text.length) return found;
    const apart = nameSpans(text, field).filter(({ start, end }) =>
      found.every((hit) => hit.end <= start || end <= hit.start),
    );
    if (apart.length === 0) return found;
    return [...found, ...apart].toSorted((a, b) => a.start - b.start);
  }

  function find(text: string, place: Place, depth: number): Found {
    if (depth >= maxEmbedded || embeddedIn(text) === undefined) {
      return { text, pieces: piecesOf(text, meaningOf(place)) };
    }
    const pieces: Piece[] = [];
    const root = createPlace();
    for (const { start, end, text: inner, field } of literalsOf(text)) {
      const at = field === undefined ? root : field === '' ? place : place.field(field);
      const found = find(inner, at, depth + 1);
      if (found.pieces.length > 0) pieces.push({ start, end, inner: found });
    }
    return { text, pieces };
  }

  /** Everything personal in `value`. */
  function search(value: unknown): Search {
    const turns = visitAll(value);
    if (gathered.size > 0) indexes = [createNameIndex(gathered), ...names];
    const list = new Map<string, Personal>();
    const fields = new Set<string>();

    function collect({ text, pieces }: Found): void {
      for (const piece of pieces) {
        if ('inner' in piece) collect(piece.inner);
        else {
          const personal = { type: piece.type, value: text.slice(piece.start, piece.end) };
          list.set(`${personal.type} ${personal.value}`, personal);
        }
      }
    }

    for (const visited of new Set(turns)) {
      if (!visited) continue;
      const { text, place } = visited;
      const found = find(text, place, 0);
      if (found.pieces.length === 0) continue;
      visited.found = found;
      fields.add(place.names.join('.'));
      collect(found);
    }
    const found = turns.map((visited) => visited?.found);
    return { found, list: [...list.values()], fields: [...fields] };
  }

  return { search };
}

function render({ text, pieces }: Found, tokenOf: (personal: Personal) => string): string {
  let rendered = '';
  let at = 0;
  for (const piece of pieces) {
    const token =
      'inner' in piece
        ? JSON.stringify(render(piece.inner, tokenOf))
        : tokenOf({ type: piece.type, value: text.slice(piece.start, piece.end) });
    rendered += text.slice(at, piece.start) + token;
    at = piece.end;
  }
  return rendered + text.slice(at);
}

/** `value`, which was searched, with what `tokenOf` says for each thing that was found. */
export function rewrite(
  value: unknown,
  found: Search['found'],
  tokenOf: (personal: Personal) => string,
): unknown {
  let turn = -1;
  const rendered = new Map<Found, string>();
  const next = <Value>(kept: Value): Value | string => {
    turn += 1;
    const here = found[turn];
    if (!here) return kept;
    const known = rendered.get(here) ?? render(here, tokenOf);
    rendered.set(here, known);
    return known;
  };
  return walk(value, { text: next, name: next, number: next });
}
