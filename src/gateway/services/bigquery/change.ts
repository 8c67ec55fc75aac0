// What people change in BigQuery without SQL: datasets, tables and their rows.
import { z } from 'zod';
import { action } from '../../action.ts';
import { given, keep, objectOf, objectsOf } from '../shaping.ts';
import { dataset, datasetPath, datasetsOf, table, tablePath } from './shapes.ts';

const newName = z
  .string()
  .regex(/^\w{1,1024}$/, 'is no name: letters, digits and underscores')
  .describe('its name');
const description = z.string().max(16_000).optional().describe('what it is for');
const columns = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[\p{L}_][\p{L}\p{N}_ -]{0,299}$/u, 'is no name of a column'),
      type: z.enum([
        'STRING',
        'INT64',
        'FLOAT64',
        'NUMERIC',
        'BOOL',
        'TIMESTAMP',
        'DATE',
        'TIME',
        'DATETIME',
        'JSON',
        'BYTES',
      ]),
      mode: z.enum(['NULLABLE', 'REQUIRED', 'REPEATED']).default('NULLABLE'),
      description: z.string().max(1024).optional(),
    }),
  )
  .min(1)
  .max(500);

export const bigqueryChanges = [
  action({
    name: 'create_dataset',
    description: 'Make an empty dataset.',
    class: 'write',
    input: {
      ...dataset,
      dataset_id: newName,
      location: z.string().max(40).optional().describe('where it is kept, such as EU'),
      description,
    },
    request: ({ project_id: projectId, dataset_id: datasetId, ...more }) => ({
      method: 'POST',
      path: datasetsOf(projectId),
      json: given({ datasetReference: { projectId, datasetId }, ...more }),
    }),
    result: (body) => keep(body, 'id', 'location'),
  }),
  action({
    name: 'create_table',
    description: 'Make an empty table.',
    class: 'write',
    input: { ...table, table_id: newName, columns: columns.describe('its columns'), description },
    request: (params) => ({
      method: 'POST',
      path: `${datasetPath(params)}/tables`,
      json: given({
        tableReference: {
          projectId: params.project_id,
          datasetId: params.dataset_id,
          tableId: params.table_id,
        },
        schema: { fields: params.columns },
        description: params.description,
      }),
    }),
    result: (body) => keep(body, 'id', 'type'),
  }),
  action({
    name: 'update_table',
    description: 'Describe a table anew.',
    class: 'write',
    input: { ...table, description: z.string().max(16_000).describe('what it is for') },
    restoreIn: ['description'],
    request: ({ description: said, ...params }) => ({
      method: 'PATCH',
      path: tablePath(params),
      json: { description: said },
    }),
    result: (body) => keep(body, 'id', 'description'),
  }),
  action({
    name: 'insert_rows',
    description: 'Put rows into a table.',
    class: 'write',
    input: {
      ...table,
      rows: z
        .array(z.record(z.string().max(300), z.unknown()))
        .min(1)
        .max(500)
        .describe('objects with the columns as fields'),
    },
    restoreIn: ['rows'],
    request: ({ rows, ...params }) => ({
      method: 'POST',
      path: `${tablePath(params)}/insertAll`,
      json: { rows: rows.map((json) => ({ json })) },
    }),
    result: (body, { rows }) => {
      const errors = objectsOf(objectOf(body)['insertErrors']).map((one) => ({
        row: one['index'],
        errors: objectsOf(one['errors']).map((error) => keep(error, 'location', 'message')),
      }));
      return { inserted: errors.length === 0 ? rows.length : 0, errors };
    },
  }),
  action({
    name: 'delete_table',
    description: 'Delete a table with its rows.',
    class: 'high_risk',
    category: 'delete',
    input: table,
    request: (params) => ({ method: 'DELETE', path: tablePath(params) }),
  }),
];
