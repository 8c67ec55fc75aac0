// Patterns that admins add. A pattern that can take long on some text is refused: the number of
// ways in which it can match from one place is counted, and must stay small.
import { AppError } from '../../../base/index.ts';
import type { Hit } from '../pii-type.ts';

export interface CustomPattern {
  type: string;
  pattern: string;
}

/** From one place of a text, at most so many ways: 1 MB is searched in well under a second. */
const maxWays = 200;
const maxRepeat = 100;

const refused = (pattern: string, why: string): AppError =>
  new AppError('invalid_input', `The pattern ${JSON.stringify(pattern)} ${why}.`, {
    hint: 'Use letters, classes and bounded repeats, such as K-\\d{4,10}; no *, + or lookaround.',
  });

/** `{2,5}`, `{4}`, `?` or nothing at `at`, as the least and most repeats and its length. */
function repeatAt(pattern: string, at: number): [least: number, most: number, length: number] {
  const rest = pattern.slice(at);
  if (rest.startsWith('?')) return [0, 1, 1];
  if (/^[*+]|^\{\d+,\}/.test(rest)) throw refused(pattern, 'repeats without an end');
  const [whole = '', least, most] = /^\{(\d{1,3})(?:,(\d{1,3}))?\}/.exec(rest) ?? [];
  if (whole === '') return [1, 1, 0];
  return [Number(least), Number(most ?? least), whole.length];
}

/** The length of the one character or class at `at`. */
function atomLength(pattern: string, at: number): number {
  const rest = pattern.slice(at);
  if (/^\\(?:[1-9]|k<)/.test(rest)) throw refused(pattern, 'refers back to what it matched');
  const charClass = /^\[(?:[^\]\\]|\\.)+\]/.exec(rest)?.[0];
  const escaped = /^\\(?:[pP]\{\w+(?:=\w+)?\}|u\{?[0-9a-fA-F]{1,6}\}?|x[0-9a-fA-F]{2}|.)/u.exec(
    rest,
  )?.[0];
  return (charClass ?? escaped ?? rest.slice(0, 1)).length;
}

/** In how many ways the pattern can match from one place; reads to the `)` that ends a group. */
function waysFrom(pattern: string, from: number): { ways: number; end: number } {
  let at = from;
  let choices = 0;
  let ways = 1;
  while (at < pattern.length && pattern[at] !== ')') {
    if (pattern[at] === '|') {
      choices += ways;
      ways = 1;
      at += 1;
      continue;
    }
    let inner = 1;
    if (pattern[at] === '(') {
      if (/^\(\?[^:]/.test(pattern.slice(at)))
        throw refused(pattern, 'looks around or names a group');
      const group = waysFrom(pattern, at + (pattern.startsWith('(?:', at) ? 3 : 1));
      inner = group.ways;
      at = group.end + 1;
    } else at += atomLength(pattern, at);
    const [least, most, length] = repeatAt(pattern, at);
    at += length;
    if (/^[?+]/.test(pattern.slice(at)) && length > 0) throw refused(pattern, 'has a lazy repeat');
    if (most > maxRepeat) throw refused(pattern, `repeats more than ${maxRepeat} times`);
    ways *= inner ** most * (most - least + 1);
    if (choices + ways > maxWays) throw refused(pattern, 'can match in too many ways');
  }
  return { ways: choices + ways, end: at };
}

/** The pattern, ready to search with. Throws `invalid_input` for one that could take long. */
export function compilePattern({ type, pattern }: CustomPattern): { type: string; search: RegExp } {
  waysFrom(pattern, 0);
  let search: RegExp;
  try {
    search = new RegExp(pattern, 'gu');
  } catch {
    throw refused(pattern, 'is no regular expression');
  }
  if (search.test('')) throw refused(pattern, 'matches nothing at all');
  return { type, search };
}

/** What the patterns find outside `taken`, which is in the order of the text. */
export function customHits(
  text: string,
  patterns: readonly { type: string; search: RegExp }[],
  taken: readonly { start: number; end: number }[],
): Hit[] {
  const hits: Hit[] = [];
  for (const { type, search } of patterns) {
    for (const { 0: found, index: start } of text.matchAll(search)) {
      const end = start + found.length;
      const overlaps = [...taken, ...hits].some((each) => each.start < end && start < each.end);
      if (!overlaps && end > start) hits.push({ type, start, end });
    }
  }
  return hits;
}
