// What a log says of the result that its script streams, in Windmill's form: a line with a mark,
// line breaks of the text written as `\n`.

const mark = 'WM_STREAM: ';

/** A line that streams `text`. */
export const streamLine = (text: string): string => `${mark}${text.replaceAll('\n', '\\n')}\n`;

/** The text of all lines with the mark, joined. */
export function resultStreamOf(log: string): string {
  if (!log.includes(mark)) return '';
  return log
    .split('\n')
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(mark.length).replaceAll('\\n', '\n'))
    .join('');
}
