// The one form of "this code does not parse", for all languages: where, what, and the line itself.
import { AppError } from '../../base/index.ts';

export interface Place {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

/** Line and column of a position (UTF-16 units from the start). */
export function placeAt(content: string, offset: number): Place {
  const before = content.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
}

function lineText(content: string, line: number): string {
  return (content.split('\n', line)[line - 1] ?? '').trim().slice(0, 120);
}

/** `unprocessable`, with file, line, column and what is wrong; the same in `details`. */
export function syntaxError(
  where: { file: string; content: string } & Place,
  problem: string,
  hint?: string,
): AppError {
  const { file, content, line, column } = where;
  const shown = lineText(content, line);
  return new AppError(
    'unprocessable',
    `${file}:${line}:${column}: ${problem}${shown === '' ? '' : ` in: ${shown}`}`,
    {
      hint: hint ?? 'Correct that line and deploy again.',
      details: { file, line, column, problem },
    },
  );
}
