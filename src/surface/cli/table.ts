// Tables and lists of facts as text. On a terminal they fit its width: first the least important
// columns go, then the longest texts are cut. In a pipe nothing is cut.
import { cutText, widthOf } from './format.ts';
import type { Channel, Colour } from './terminal.ts';
import { oneLine } from './terminal.ts';

export interface Column<Row> {
  title: string;
  text(row: Row): string;
  colour?(row: Row): Colour | undefined;
  align?: 'right';
  /** Which end may be cut; a path is known by its end. Absent: the cell stays whole. */
  cut?: 'end' | 'start';
  /** What a cell that may be cut keeps at least; 8 when absent. Spare columns go before. */
  least?: number;
  /** Goes when the terminal is narrow; the highest number goes first. */
  spare?: number;
}

const gap = 2;
const defaultLeast = 8;

interface Laid<Row> {
  column: Column<Row>;
  cells: string[];
  width: number;
}

function lay<Row>(column: Column<Row>, rows: readonly Row[]): Laid<Row> {
  const cells = rows.map((row) => oneLine(column.text(row)));
  return { column, cells, width: Math.max(widthOf(column.title), ...cells.map(widthOf)) };
}

function totalOf<Row>(columns: readonly Laid<Row>[]): number {
  return columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1));
}

function least<Row>({ column, width }: Laid<Row>): number {
  const wanted = Math.max(column.least ?? defaultLeast, widthOf(column.title));
  return column.cut ? Math.min(width, wanted) : width;
}

/** Leaves columns out and makes others narrower until the table fits `columns`. */
function fit<Row>(laid: readonly Laid<Row>[], columns: number): Laid<Row>[] {
  let kept = [...laid];
  const bare = (): number =>
    kept.reduce((sum, entry) => sum + least(entry), gap * (kept.length - 1));
  for (;;) {
    const spare = kept.filter(({ column }) => column.spare !== undefined);
    const next = spare.toSorted((a, b) => (b.column.spare ?? 0) - (a.column.spare ?? 0))[0];
    if (bare() <= columns || !next) break;
    kept = kept.filter((entry) => entry !== next);
  }
  const widths = kept.map(({ width }) => width);
  let over = totalOf(kept) - columns;
  while (over > 0) {
    const room = kept.map((entry, at) => (widths[at] ?? 0) - least(entry));
    const widest = room.indexOf(Math.max(...room));
    if ((room[widest] ?? 0) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return kept.map((entry, at) => ({ ...entry, width: widths[at] ?? entry.width }));
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
}

/** The lines of a table with a title line; each ends in a line break. */
export function tableText<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  channel: Channel,
): string {
  const all = columns.map((column) => lay(column, rows));
  const laid = channel.columns === undefined ? all : fit(all, channel.columns);
  const line = (cell: (entry: Laid<Row>) => string): string =>
    laid.map(cell).join(' '.repeat(gap)).trimEnd();
  const titles = line(({ column, width }) =>
    pad(channel.paint('dim', column.title), width, column.align),
  );
  const body = rows.map((row, at) =>
    line(({ column, cells, width }) => {
      const shown = cutText(cells[at] ?? '', width, column.cut);
      const colour = column.colour?.(row);
      return pad(colour ? channel.paint(colour, shown) : shown, width, column.align);
    }),
  );
  return [titles, ...body].map((text) => `${text}\n`).join('');
}

/** `name  value` lines; values of several lines are indented below each other. */
export function factsText(
  facts: readonly (readonly [string, string | null | undefined])[],
  channel: Channel,
): string {
  const present = facts.flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, value] as const],
  );
  const width = Math.max(0, ...present.map(([name]) => widthOf(name)));
  const indent = ' '.repeat(width + gap);
  return present
    .map(([name, value]) => {
      const shown = value.split('\n').join(`\n${indent}`);
      return `${channel.paint('dim', pad(name, width, undefined))}${' '.repeat(gap)}${shown}\n`;
    })
    .join('');
}
