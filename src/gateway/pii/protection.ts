// What of a result is personal, and the result without it. First the names in known fields are
// gathered, then every text is searched for them and for all else, then the tokens come in.
import {
  createNameIndex,
  type FieldSense,
  isName,
  looksLikeName,
  type NameIndex,
  type Scanner,
} from './detect/index.ts';
import { embeddedIn, literalsOf } from './embedded.ts';
import { createNameFields, type NameField, type Path, senseOf } from './fields.ts';
import type { Hit } from './pii-type.ts';
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
  const spans: Hit[] = [];
  const isList = /[<;]/.test(text);
  const addresses = isList ? /[^,;]+/g : /[^]+/g;
  for (const { 0: part, index } of text.matchAll(addresses)) {
    const [bare = ''] = part.split('<', 1);
    const name = bare.replace(/^[\s"'(]+|[\s"')]+$/g, '');
    const fits = field === 'likely' ? looksLikeName(name) : isName(name);
    const start = index + part.indexOf(name);
    if (fits) spans.push({ type: 'NAME', start, end: start + name.length });
  }
  return spans;
}

export function createProtection({ scanner, names, nameFields }: ProtectionDeps) {
  const fieldOf = createNameFields(nameFields);
  const gathered = new Set<string>();
  let indexes: readonly NameIndex[] = names;

  /** `{ name: 'Ann', email: … }` is somebody, whatever the fields around it are called. */
  function gatherPerson(value: Readonly<Record<string, unknown>>): void {
    const { name } = value;
    if (typeof name !== 'string' || !looksLikeName(name)) return;
    if (Object.keys(value).some((key) => /e-?mail|avatar|accountid/i.test(key))) gathered.add(name);
  }

  function gather(value: unknown, path: Path, depth: number): void {
    walk(value, path, {
      text(text, at, isFieldName) {
        if (isFieldName) return text;
        const inner = depth < maxEmbedded ? embeddedIn(text) : undefined;
        if (inner !== undefined) gather(inner, at, depth + 1);
        const field = fieldOf(at);
        if (field === undefined) return text;
        for (const { start, end } of nameSpans(text, field)) gathered.add(text.slice(start, end));
        return text;
      },
      object: gatherPerson,
    });
  }

  function piecesOf(text: string, sense: FieldSense, field: NameField): Piece[] {
    const found = scanner.scan(text, indexes, sense);
    if (field === undefined || !scanner.findsNames) return found;
    const spans = nameSpans(text, field);
    const apart = spans.filter(({ start, end }) =>
      found.every((hit) => hit.end <= start || end <= hit.start),
    );
    return [...found, ...apart].toSorted((a, b) => a.start - b.start);
  }

  function find(text: string, path: Path, depth: number): Found {
    if (depth < maxEmbedded && embeddedIn(text) !== undefined) {
      const pieces: Piece[] = [];
      for (const { start, end, text: inner, field } of literalsOf(text)) {
        const found = find(inner, field === undefined ? [] : [...path, field], depth + 1);
        if (found.pieces.length > 0) pieces.push({ start, end, inner: found });
      }
      return { text, pieces };
    }
    const sense = senseOf(path.at(-1) ?? '');
    return { text, pieces: piecesOf(text, sense, fieldOf(path)) };
  }

  /** Everything found in `value`, by text and field; `list` holds each value once. */
  function search(value: unknown) {
    gather(value, [], 0);
    indexes = gathered.size === 0 ? names : [createNameIndex(gathered), ...names];
    const byPlace = new Map<string, Found>();
    const list = new Map<string, Personal>();
    const places = new Set<string>();

    function collect({ text, pieces }: Found): void {
      for (const piece of pieces) {
        if ('inner' in piece) collect(piece.inner);
        else {
          const personal = { type: piece.type, value: text.slice(piece.start, piece.end) };
          list.set(`${personal.type} ${personal.value}`, personal);
        }
      }
    }

    function look(text: string, path: Path, isFieldName: boolean): void {
      const place = placeOf(text, path, isFieldName);
      if (byPlace.has(place)) return;
      const found = find(text, isFieldName ? [] : path, 0);
      if (found.pieces.length === 0) return;
      byPlace.set(place, found);
      places.add(path.join('.'));
      collect(found);
    }

    walk(value, [], {
      text(text, path, isFieldName) {
        look(text, path, isFieldName);
        return text;
      },
      number(digits, path) {
        if (senseOf(path.at(-1) ?? '') === 'phone') look(String(digits), path, false);
        return digits;
      },
    });
    return { byPlace, list: [...list.values()], places: [...places] };
  }

  return { search };
}

/** The same text means another thing in another field. */
const placeOf = (text: string, path: Path, isFieldName: boolean): string =>
  `${isFieldName ? '' : path.join('.')} ${text}`;

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

/** `value` with what `tokenOf` says for each thing that the search found. */
export function rewrite(
  value: unknown,
  { byPlace, tokenOf }: { byPlace: Map<string, Found>; tokenOf: (personal: Personal) => string },
): unknown {
  if (byPlace.size === 0) return value;
  return walk(value, [], {
    text(text, path, isFieldName) {
      const found = byPlace.get(placeOf(text, path, isFieldName));
      return found ? render(found, tokenOf) : text;
    },
    number(digits, path) {
      const found = byPlace.get(placeOf(String(digits), path, false));
      return found ? render(found, tokenOf) : digits;
    },
  });
}
