// The arguments of a SQL script: its placeholders and the names that are put into its text, in the
// order in which people are asked for them.
import { type DeclaredArgument, type QueryComments, readComments } from './comments.ts';
import type { SqlDialect } from './query.ts';
import { type Placeholder, statementsOf } from './statements.ts';

export interface QueryArgument {
  /** The name in the call. */
  key: string;
  /** `$1`, `:name`, or `?1` for the first question mark; undefined for an interpolation. */
  placeholder: string | undefined;
  /** Lower-case SQL type; 'text' where nothing tells. */
  type: string;
  /** What the type is in JSON; `list` with `itemKind` for arrays of PostgreSQL. */
  kind: JsonKind;
  itemKind: JsonKind;
  required: boolean;
  default: unknown;
  /** Of an interpolation: the values allowed, if they are listed. */
  choices: readonly string[];
}

const integers = /^(?:(?:small|big|medium|tiny)?int(?:eger)?|int[248]|(?:small|big)?serial|year)\b/;
const numbers = /^(?:oid|real|float[48]?|double|numeric|decimal|dec|money|number)\b/;

export type JsonKind =
  | 'list'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'json'
  | 'datetime'
  | 'date'
  | 'string';

function jsonKindOf(type: string): JsonKind {
  if (type.endsWith('[]')) return 'list';
  if (integers.test(type)) return 'integer';
  if (numbers.test(type)) return 'number';
  if (/^bool(?:ean)?\b/.test(type)) return 'boolean';
  if (/^jsonb?\b/.test(type)) return 'json';
  if (/^(?:timestamp|timestamptz|datetime)\b/.test(type)) return 'datetime';
  return /^date\b/.test(type) ? 'date' : 'string';
}

/** The value that a comment gives as default: JSON where the type is no text. */
function defaultOf(kind: JsonKind, text: string): unknown {
  const [, , inner] = /^(['"])(.*)\1$/.exec(text) ?? [];
  if (inner !== undefined) return inner;
  if (/^null$/i.test(text)) return null;
  if (kind === 'string' || kind === 'date' || kind === 'datetime') return text;
  try {
    return JSON.parse(/^(?:true|false)$/i.test(text) ? text.toLowerCase() : text);
  } catch {
    return text;
  }
}

function argumentOf(
  placeholder: string,
  key: string,
  how: { declared: DeclaredArgument | undefined; cast: string },
): QueryArgument {
  const type = how.declared?.type || how.cast || 'text';
  const kind = jsonKindOf(type);
  const text = how.declared?.defaultText;
  return {
    key,
    placeholder,
    type,
    kind,
    itemKind: jsonKindOf(type.replace('[]', '')),
    required: text === undefined,
    default: text === undefined ? null : defaultOf(kind, text),
    choices: [],
  };
}

function numbered(used: readonly Placeholder[], comments: QueryComments): QueryArgument[] {
  const casts = new Map<string, string>();
  for (const { text, cast } of used) if (!casts.get(text)) casts.set(text, cast);
  const names = new Set([...casts.keys(), ...comments.declared.map((one) => one.placeholder)]);
  const inOrder = [...names].toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  return inOrder.map((placeholder) => {
    const declared = comments.declared.find((one) => one.placeholder === placeholder);
    const cast = casts.get(placeholder) ?? '';
    return argumentOf(placeholder, declared?.name ?? placeholder, { declared, cast });
  });
}

/** `?` by their order in the text, `:name` by their names. */
function positional(used: readonly Placeholder[], comments: QueryComments): QueryArgument[] {
  const marks = comments.declared.filter(({ placeholder }) => placeholder === '?');
  const found = new Map<string, QueryArgument>();
  for (const { text } of used) {
    if (found.has(text)) continue;
    const index = text.startsWith('?') ? Number(text.slice(1)) : 0;
    const declared = index
      ? marks[index - 1]
      : comments.declared.find(({ placeholder }) => placeholder === text);
    const key = declared?.name ?? (index ? `arg${index}` : text.slice(1));
    found.set(text, argumentOf(text, key, { declared, cast: '' }));
  }
  return [...found.values()];
}

export function argumentsOf(source: string, dialect: SqlDialect, comments: QueryComments) {
  const used = statementsOf(source, dialect).flatMap(({ placeholders }) => placeholders);
  const own = dialect === 'postgresql' ? numbered(used, comments) : positional(used, comments);
  const names = comments.interpolations.map(({ name, choices }): QueryArgument => ({
    key: name,
    placeholder: undefined,
    type: 'text',
    kind: 'string',
    itemKind: 'string',
    required: true,
    default: null,
    choices,
  }));
  return [...own, ...names];
}

/** Throws `QueryError`; the database is not among them. */
export function readArguments(source: string, dialect: SqlDialect): QueryArgument[] {
  return argumentsOf(source, dialect, readComments(source, dialect));
}
