// Rows as text for an export: one JSON object a line, or CSV that no spreadsheet runs as a formula.
// A line of JSON without `rowHash`, its keys sorted, hashes to its `rowHash`.
import type { AuditRow } from './row.ts';

export const exportFormats = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const contentTypes: Record<ExportFormat, string> = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

const columns = [
  'id',
  'at',
  'workspace',
  'subject',
  'actor',
  'delegationId',
  'grantId',
  'jobId',
  'instance',
  'service',
  'action',
  'class',
  'decision',
  'reasonCode',
  'hook',
  'piiCounts',
  'durationMs',
  'upstreamMs',
  'bytesIn',
  'bytesOut',
  'client',
  'requestHash',
  'schemaHash',
  'causedBy',
  'chain',
  'seq',
  'prevHash',
  'rowHash',
] as const satisfies readonly (keyof AuditRow)[];

/** RFC 4180; a text that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const inert = /^[\s"']*[=+\-@]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}

function lineOf(row: AuditRow, format: ExportFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(row)}\n`;
  return `${columns.map((name) => cell(row[name])).join(',')}\r\n`;
}

/** The text of pages, a page at a time; CSV begins with the names of its columns. */
export async function* exportText(
  pages: AsyncIterable<readonly AuditRow[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\r\n`;
  for await (const rows of pages) yield rows.map((row) => lineOf(row, format)).join('');
}
