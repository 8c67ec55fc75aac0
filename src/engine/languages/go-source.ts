// Go source as far as it can be read without Go: which functions there are at the top, what they
// take, what is imported. Comments and texts are blanked first, so that positions stay.
import { AppError } from '../../base/index.ts';
import { listFrom, partsOf } from './declared-arguments.ts';
import { placeAt, syntaxError } from './syntax-error.ts';

export const goFile = 'script.go';

/** Comments; texts in back quotes, quotes and apostrophes, also when they never end. */
const opaque = new RegExp(
  [
    /(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))/,
    /`[^`]*`?/,
    /"[^"\\\n]*(?:\\.[^"\\\n]*)*"?/,
    /'[^'\\\n]*(?:\\.[^'\\\n]*)*'?/,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

const spaces = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/** The same text with its comments blank, and its texts too unless they are kept. */
export function blanked(content: string, keepTexts = false): string {
  return content.replaceAll(opaque, (found, comment: string | undefined) =>
    keepTexts && comment === undefined ? found : spaces(found),
  );
}

/** Names of the functions at the top that have no receiver and no type parameters. */
export function goFunctions(code: string): string[] {
  const names = [...code.matchAll(/^func[ \t]+([\p{L}_][\p{L}\p{N}_]*)[ \t]*\(/gmu)];
  return names.map(([, name = '']) => name).filter((name) => name !== 'init' && name !== '_');
}

export interface GoParameter {
  name: string;
  /** As it is written, such as `[]string`, or `...string` for the rest. */
  type: string;
}

/** The list that begins at `from`: `a, b string, n int`; the names before a type share it. */
export function goParameters(code: string, from: number): GoParameter[] {
  const read: GoParameter[] = [];
  for (const part of partsOf(listFrom(code, from)).toReversed()) {
    const [, name = part, type] = /^([\p{L}_][\p{L}\p{N}_]*)\s+([^]+)$/u.exec(part) ?? [];
    read.push({ name, type: type?.trim() ?? read.at(-1)?.type ?? '' });
  }
  return read.toReversed();
}

/** Throws `unprocessable` for what is no script: another package, modules, C. */
export function assertGoScript(content: string): void {
  const code = blanked(content);
  if (!/^\s*package\s+inner\b/.test(code)) {
    throw new AppError('unprocessable', 'A Go script begins with: package inner.', {
      hint: 'Write package inner on the first line, and func main(…) (T, error) below it.',
    });
  }
  const withTexts = blanked(content, true);
  for (const { 0: head, index } of code.matchAll(/^[ \t]*import\b/gm)) {
    const start = index + head.length;
    const isBlock = /^\s*\(/.test(code.slice(start, start + 1000));
    const end = code.indexOf(isBlock ? ')' : '\n', start);
    const list = withTexts.slice(start, end === -1 ? undefined : end);
    for (const { 0: text, index: at } of list.matchAll(/["`][^"`\n]*["`]/g)) {
      const name = text.slice(1, -1);
      if (name !== 'C' && !(name.split('/')[0] ?? '').includes('.')) continue;
      throw syntaxError(
        { file: goFile, content, ...placeAt(content, start + at) },
        `${text} is not in the standard library; modules and C are not supported`,
        'Use the standard library alone, or another language.',
      );
    }
  }
}
