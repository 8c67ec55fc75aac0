// Descriptions from doc comments: `@param name text` of the entry point, and a comment that stands
// right before a parameter or a field.
import type { Comment } from 'oxc-parser';

export interface Descriptions {
  /** The text of the doc comment that ends right before `start`, tags left out. */
  at(start: number): string | undefined;
  /** The `@param` texts of the doc comment before `start`, by parameter name. */
  paramsAt(start: number): ReadonlyMap<string, string>;
}

/** The words of a doc comment without its stars. */
function words(value: string): string {
  return value
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** A `@param` line: optional `{type}`, name (maybe `[name=default]`), optional dash, text. */
const paramTag = /^@(?:param|arg|argument)\s+(?:\{[^}\n]*\}\s*)?\[?([\w$]+)[^\]\s]*\]?\s*(?:-\s*)?/;

function paramTexts(value: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const part of words(value).split(/\n(?=@)|^(?=@)/)) {
    const found = paramTag.exec(part);
    const text = found ? part.slice(found[0].length).replace(/\s+/g, ' ').trim() : '';
    if (found?.[1] !== undefined && text !== '') texts.set(found[1], text);
  }
  return texts;
}

/** Indexes the doc comments of a file by the position that follows each. */
export function descriptions(content: string, comments: readonly Comment[]): Descriptions {
  const byNext = new Map<number, string>();
  const blank = /\s*/y;
  for (const comment of comments) {
    if (comment.type !== 'Block' || !comment.value.startsWith('*')) continue;
    blank.lastIndex = comment.end;
    blank.test(content);
    byNext.set(blank.lastIndex, comment.value.slice(1));
  }
  return {
    at(start) {
      const value = byNext.get(start);
      if (value === undefined) return undefined;
      const text = words(value)
        .split(/(?:^|\n)@/)[0]
        ?.replace(/\s+/g, ' ')
        .trim();
      return text === '' ? undefined : text;
    },
    paramsAt: (start) => paramTexts(byNext.get(start) ?? ''),
  };
}
