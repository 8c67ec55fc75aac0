// Splits a SQL script into its statements, and says where their placeholders stand.
import type { SqlDialect } from './query.ts';
import { tokensOf } from './tokens.ts';

export interface Placeholder {
  /** `$1`, `:name`, or `?3` for the third question mark of the script. */
  text: string;
  /** In the statement's text. */
  at: number;
  length: number;
  /** The type behind `::`, lower case; '' without one. */
  cast: string;
}

export interface Statement {
  text: string;
  /** Line of the script on which `text` begins, from 1. */
  line: number;
  placeholders: readonly Placeholder[];
}

const cast = /\s*::\s*([A-Za-z]\w*(?: precision| varying)?(?:\(\d+\))?(?:\[\])?)/y;

function castAt(source: string, at: number): string {
  cast.lastIndex = at;
  return cast.exec(source)?.[1]?.toLowerCase() ?? '';
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Statements that hold nothing but comments are left out. */
export function statementsOf(source: string, dialect: SqlDialect): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let line = 1;
  let marks = 0;
  /** End of the last comment; everything between it and the start was blank. */
  let blankUntil = 0;
  let placeholders: Placeholder[] = [];

  function close(end: number): void {
    const text = source.slice(start, end);
    if (source.slice(blankUntil, end).trim() !== '') statements.push({ text, line, placeholders });
    line += lineEnds(text);
    start = end + 1;
    blankUntil = start;
    placeholders = [];
  }

  for (const { kind, text, at } of tokensOf(source, dialect)) {
    if (kind === 'end') {
      close(at);
    } else if (kind === 'placeholder') {
      if (text === '?') marks += 1;
      const name = text === '?' ? `?${marks}` : text;
      const type = dialect === 'postgresql' ? castAt(source, at + text.length) : '';
      placeholders.push({ text: name, at: at - start, length: text.length, cast: type });
    } else if (source.slice(blankUntil, at).trim() === '') {
      blankUntil = at + text.length;
    }
  }
  close(source.length);
  return statements;
}
