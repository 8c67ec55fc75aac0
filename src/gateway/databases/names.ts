// The names that a statement may call functions by. Texts and comments are passed over; what is
// neither is looked at, so that nothing hides behind a way to write it. No I/O.
import { cutBytes } from '../../base/index.ts';
import { refusal } from '../reasons.ts';

const parts = new RegExp(
  [
    // PostgreSQL ends a line at either sign.
    /(?<comment>--[^\n\r]*)|(?<block>\/\*)/,
    /(?<text>'(?:[^']|'')*')/,
    /(?<quote>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)/,
    /(?<quoted>"(?:[^"]|"")*")|(?<name>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)/,
    /(?<sign>[^\s])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

export interface CalledNames {
  /** Followed by a bracket. */
  called: string[];
  /** After a dot, where a function of one row may stand as if it were a column. */
  dotted: string[];
}

function blockEnd(sql: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

/** Throws `invalid_params` for names and texts in escapes: they would be read in another way. */
export function calledNames(sql: string): CalledNames {
  if (/[uU]&\s*["']|[eE]'/.test(sql)) {
    throw refusal('invalid_params', "sql: names and texts in escapes (U&, E'…') are not taken.", {
      hint: 'Write the signs themselves: texts may hold line breaks.',
    });
  }
  const called = new Set<string>();
  const dotted = new Set<string>();
  const pattern = new RegExp(parts);
  let last: string | undefined;
  let afterDot = false;
  for (let found = pattern.exec(sql); found !== null; found = pattern.exec(sql)) {
    const { comment, block, text, quote, quoted, name, sign } = found.groups ?? {};
    if (comment !== undefined) continue;
    if (block !== undefined) {
      pattern.lastIndex = blockEnd(sql, found.index);
      continue;
    }
    if (quote !== undefined) {
      const close = sql.indexOf(quote, pattern.lastIndex);
      pattern.lastIndex = close === -1 ? sql.length : close + quote.length;
    }
    if (sign === '(' && last !== undefined) called.add(last);
    const word = quoted === undefined ? name : quoted.slice(1, -1).replaceAll('""', '"');
    // PostgreSQL cuts names to 63 bytes, and small letters are meant where nothing is quoted.
    last = word && cutBytes(quoted === undefined ? small(word) : word, 63);
    if (last !== undefined && afterDot) dotted.add(last);
    afterDot = sign === '.' && text === undefined;
  }
  return { called: [...called], dotted: [...dotted] };
}

/** As PostgreSQL does it: no other letters than those of ASCII. */
const small = (name: string): string => name.replaceAll(/[A-Z]/g, (one) => one.toLowerCase());

/** Functions of PostgreSQL that answer differently each time, and change nothing. */
export const harmless: readonly string[] = [
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'clock_timestamp',
  'timeofday',
  'currval',
  'lastval',
  'pg_relation_size',
  'pg_table_size',
  'pg_indexes_size',
  'pg_total_relation_size',
  'pg_database_size',
  'pg_schema_size',
  'pg_tablespace_size',
  'pg_is_in_recovery',
  'bernoulli',
  'system',
];
