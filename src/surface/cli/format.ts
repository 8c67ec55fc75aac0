// How values read on a terminal: widths, times, durations, states of jobs. Pure.
import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter();
const wideLetter =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]/;
const emoji = /\p{Emoji_Presentation}/u;

/** The letters as people see them: an accent or a joined emoji belongs to its letter. */
function lettersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Columns that `text` takes; wide letters and emoji count two. */
export function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  // oxlint-disable-next-line no-control-regex -- ASCII is the fast way out
  if (/^[\u0000-\u007f]*$/.test(plain)) return plain.length;
  return lettersOf(plain).reduce(
    (sum, letter) => sum + (wideLetter.test(letter) || emoji.test(letter) ? 2 : 1),
    0,
  );
}

/** Cuts plain text to `columns` with an ellipsis at its end, or at its beginning. */
export function cutText(text: string, columns: number, side: 'end' | 'start' = 'end'): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  const letters = lettersOf(text);
  let kept = '';
  let width = 1;
  for (const letter of side === 'end' ? letters : letters.toReversed()) {
    width += widthOf(letter);
    if (width > columns) break;
    kept = side === 'end' ? kept + letter : letter + kept;
  }
  return side === 'end' ? `${kept}…` : `…${kept}`;
}

/** Breaks text into lines of at most `columns` at spaces; longer words stay whole. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(part) > columns) {
      lines.push(line);
      line = part;
    } else line = line === '' ? part : `${line} ${part}`;
  }
  return [...lines, line];
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** `12 ms`, `1.4 s`, `2 m 5 s`, `3 h 10 m`; without `space`, as tables have it, `2m5s`. */
export function tookText(durationMs: number, space: ' ' | '' = ' '): string {
  const join = (...parts: (string | number)[]): string => parts.join(space);
  if (durationMs < 1000) return join(Math.max(0, Math.round(durationMs)), 'ms');
  if (durationMs < 59_950) return join((durationMs / 1000).toFixed(1), 's');
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  return join(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'm');
}

/** `5m`, `3d`, `0s`: how long ago, in one unit. */
export function ageText(at: number, nowAt: number): string {
  const away = Math.abs(nowAt - at);
  const [unit, size] = units.find(([, ms]) => away >= ms) ?? ['s', 1000];
  return `${Math.floor(away / size)}${unit}`;
}

/** `5m ago`, `in 3d`, `now`. */
export function agoText(at: number, nowAt: number): string {
  const age = ageText(at, nowAt);
  if (age === '0s') return 'now';
  return at <= nowAt ? `${age} ago` : `in ${age}`;
}

/** `2026-11-21 14:30:02` in the time zone of this machine. */
export function timeText(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** `30m`, `12h`, `90d`, `4w` as milliseconds; undefined for anything else. */
export function spanMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})\s*([smhdw])$/.exec(text.trim()) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const size = unit === 'w' ? 604_800_000 : (units.find(([name]) => name === unit)?.[1] ?? 0);
  return Number(count) * size;
}
