// Names in BigQuery, and its answers: rows come as lists of cells beside a schema.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { path } from '../../address.ts';
import { keep, objectOf, objectsOf, pathPart } from '../shaping.ts';

export const project = { project_id: pathPart.describe('id of the project') };
export const dataset = { ...project, dataset_id: pathPart.describe('id of the dataset') };
export const table = { ...dataset, table_id: pathPart.describe('id of the table') };
export const location = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,40}$/, 'is no location, such as EU')
  .optional()
  .describe('location of the job, such as EU; needed outside US and EU');

export interface DatasetName {
  project_id: string;
  dataset_id: string;
}

export interface TableName extends DatasetName {
  table_id: string;
}

export const datasetsOf = (id: string): string => path`/projects/${id}/datasets`;
export const datasetPath = (name: DatasetName): string =>
  `${datasetsOf(name.project_id)}${path`/${name.dataset_id}`}`;
export const tablePath = (name: TableName): string =>
  `${datasetPath(name)}${path`/tables/${name.table_id}`}`;

interface Field {
  name: string;
  mode: unknown;
  fields: Field[];
}

const fieldsOf = (schema: unknown): Field[] =>
  objectsOf(objectOf(schema)['fields']).map((field) => ({
    name: String(field['name']),
    mode: field['mode'],
    fields: fieldsOf(field),
  }));

function cellOf(value: unknown, field: Field): unknown {
  if (field.mode === 'REPEATED' && Array.isArray(value)) {
    return objectsOf(value).map((one) => cellOf(one['v'], { ...field, mode: 'NULLABLE' }));
  }
  return field.fields.length > 0 && value !== null ? rowOf(objectOf(value), field.fields) : value;
}

function rowOf(row: JsonObject, fields: readonly Field[]): JsonObject {
  const cells = objectsOf(row['f']);
  return Object.fromEntries(
    fields.map((field, index) => [field.name, cellOf(cells[index]?.['v'] ?? null, field)]),
  );
}

/** Rows as objects; values are text, as BigQuery writes them. */
export const rowsOf = (rows: unknown, schema: unknown): JsonObject[] => {
  const fields = fieldsOf(schema);
  return objectsOf(rows).map((row) => rowOf(row, fields));
};

/** Columns by name and type, nested ones below theirs. */
export const columnsOf = (schema: unknown): JsonObject[] =>
  objectsOf(objectOf(schema)['fields']).map((field) => ({
    ...keep(field, 'name', 'type', 'mode', 'description'),
    ...(field['fields'] ? { columns: columnsOf(field) } : {}),
  }));

export function jobOf(body: unknown): JsonObject {
  const job = objectOf(body);
  const statistics = objectOf(job['statistics']);
  const status = objectOf(job['status']);
  return {
    ...keep(job['jobReference'], 'jobId', 'location'),
    state: status['state'] ?? job['state'] ?? null,
    error: objectOf(status['errorResult'] ?? job['errorResult'])['message'] ?? null,
    type: objectOf(job['configuration'])['jobType'] ?? null,
    statement: objectOf(statistics['query'])['statementType'] ?? null,
    sql: objectOf(objectOf(job['configuration'])['query'])['query'] ?? null,
    user: job['user_email'] ?? null,
    createdAt: statistics['creationTime'] ?? null,
    endedAt: statistics['endTime'] ?? null,
    bytes: statistics['totalBytesProcessed'] ?? null,
  };
}
