// What several commands print in the same way: JSON, tables, and the line below a full page.
import type { Context, Given } from '../command.ts';
import { type Column, tableText } from '../table.ts';

/** JSON for machines, and results: two spaces, one line break at the end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value ?? null, undefined, 2)}\n`;
}

/** JSON for people: on one line where that is short. */
export function briefJson(value: unknown): string {
  const line = JSON.stringify(value ?? null);
  return line.length <= 60 ? line : jsonText(value).trimEnd();
}

export const pageOptions = {
  limit: { type: 'text', short: 'n', value: 'COUNT', says: 'rows to show (30)' },
  page: { type: 'text', value: 'NUMBER', says: 'page, from 1' },
} as const;

export interface Listing<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  /** Said instead of an empty table. */
  empty: string;
  page: { page: number; perPage: number };
}

/** A table, or JSON; says where more may be when the page is full. */
export function printRows<Row>(context: Context, given: Given, listing: Listing<Row>): void {
  const { out, err } = context.terminal;
  const { rows, page } = listing;
  if (given.flag('json')) {
    out.write(jsonText(rows));
    return;
  }
  if (rows.length === 0) {
    err.write(`${page.page > 1 ? `Nothing on page ${page.page}.` : listing.empty}\n`);
    return;
  }
  out.write(tableText(rows, listing.columns, out));
  if (rows.length < page.perPage) return;
  const more = `${rows.length} shown; the next with --page ${page.page + 1}`;
  err.write(`${err.paint('dim', more)}\n`);
}
