// Text as the blocks of Notion: a line is a block, and the few marks that everybody types become
// headings, lists and tasks.
import type { JsonObject } from '../../action.ts';

/** Notion takes no longer piece of text. */
const maxPieceChars = 2000;

/** Cut between characters, never inside one. */
export function richText(text: string): JsonObject[] {
  const pieces: string[] = [];
  let piece = '';
  for (const char of text) {
    if (piece.length + char.length > maxPieceChars) {
      pieces.push(piece);
      piece = '';
    }
    piece += char;
  }
  if (piece !== '') pieces.push(piece);
  return pieces.map((content) => ({ type: 'text', text: { content } }));
}

const marks: readonly [mark: RegExp, type: string, more?: JsonObject][] = [
  [/^### /, 'heading_3'],
  [/^## /, 'heading_2'],
  [/^# /, 'heading_1'],
  [/^- \[ \] /, 'to_do', { checked: false }],
  [/^- \[x\] /i, 'to_do', { checked: true }],
  [/^[-*] /, 'bulleted_list_item'],
  [/^\d{1,4}\. /, 'numbered_list_item'],
  [/^> /, 'quote'],
];

/** One block a line; empty lines stand between blocks, and are none. */
export function blocksOf(text: string): JsonObject[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [mark, type = 'paragraph', more] = marks.find(([one]) => one.test(line)) ?? [];
    const said = mark === undefined ? line : line.replace(mark, '');
    return { object: 'block', type, [type]: { rich_text: richText(said), ...more } };
  });
}
