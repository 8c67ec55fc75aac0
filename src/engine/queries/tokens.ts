// Where strings, comments, names, placeholders and semicolons stand in SQL text. Linear in its
// length, whatever it says; what is not closed reaches to the end. Knows no grammar beyond that.
import type { SqlDialect } from './query.ts';

export interface Token {
  kind: 'comment' | 'placeholder' | 'end';
  text: string;
  at: number;
}

const postgresql = new RegExp(
  [
    /(?<comment>--[^\n]*)|(?<block>\/\*)/,
    /[eE]'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"/,
    /(?<quote>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)/,
    /[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*/,
    /(?<placeholder>\$\d{1,5})|(?<end>;)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

const mysql = new RegExp(
  [
    /(?<comment>--(?=\s|$)[^\n]*|#[^\n]*)|(?<block>\/\*)/,
    /'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[^]|"")[^"\\]*)*"|`[^`]*(?:``[^`]*)*`/,
    /[A-Za-z_$\x80-\uffff][\w$\x80-\uffff]*/,
    /(?<placeholder>\?|:[A-Za-z_]\w*)|(?<end>;)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** The index behind the end of a block comment that opens at `at`; PostgreSQL's nest. */
function blockEnd(source: string, at: number, nests: boolean): number {
  if (!nests) {
    const end = source.indexOf('*/', at + 2);
    return end === -1 ? source.length : end + 2;
  }
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(source); mark !== null; mark = marks.exec(source)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return source.length;
}

export function* tokensOf(source: string, dialect: SqlDialect): Generator<Token> {
  const pattern = new RegExp(dialect === 'postgresql' ? postgresql : mysql);
  for (let found = pattern.exec(source); found !== null; found = pattern.exec(source)) {
    const { comment, block, quote, placeholder, end } = found.groups ?? {};
    const at = found.index;
    if (comment !== undefined) yield { kind: 'comment', text: comment, at };
    else if (placeholder !== undefined) yield { kind: 'placeholder', text: placeholder, at };
    else if (end !== undefined) yield { kind: 'end', text: end, at };
    else if (block !== undefined) {
      pattern.lastIndex = blockEnd(source, at, dialect === 'postgresql');
      yield { kind: 'comment', text: source.slice(at, pattern.lastIndex), at };
    } else if (quote !== undefined) {
      const close = source.indexOf(quote, pattern.lastIndex);
      pattern.lastIndex = close === -1 ? source.length : close + quote.length;
    }
  }
}
