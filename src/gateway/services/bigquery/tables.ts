// What is in BigQuery: projects, datasets, tables with their columns, and rows without a query.
import { z } from 'zod';
import { action } from '../../action.ts';
import { keep, objectOf, pageOf, pagesByToken } from '../shaping.ts';
import {
  columnsOf,
  dataset,
  datasetPath,
  datasetsOf,
  project,
  table,
  tablePath,
} from './shapes.ts';

const paged = ({ limit, next }: { limit: number; next?: string | undefined }) => ({
  maxResults: limit,
  pageToken: next,
});

export const bigqueryTables = [
  action({
    name: 'list_projects',
    description: 'List the projects that you may use.',
    class: 'read',
    input: pagesByToken,
    request: (params) => ({ method: 'GET', path: '/projects', query: paged(params) }),
    result: (body) =>
      pageOf(body, { list: 'projects', item: (one) => keep(one, 'id', 'friendlyName') }),
  }),
  action({
    name: 'list_datasets',
    description: 'List the datasets of a project.',
    class: 'read',
    input: { ...project, ...pagesByToken },
    request: ({ project_id: id, ...page }) => ({
      method: 'GET',
      path: datasetsOf(id),
      query: paged(page),
    }),
    result: (body) =>
      pageOf(body, {
        list: 'datasets',
        item: (one) => ({
          ...keep(one['datasetReference'], 'datasetId'),
          ...keep(one, 'friendlyName', 'location'),
        }),
      }),
  }),
  action({
    name: 'get_dataset',
    description: 'Read where a dataset is and what it is for.',
    class: 'read',
    input: dataset,
    request: (params) => ({ method: 'GET', path: datasetPath(params) }),
    result: (body) => ({
      ...keep(objectOf(body)['datasetReference'], 'projectId', 'datasetId'),
      ...keep(body, 'friendlyName', 'description', 'location', 'creationTime', 'labels'),
    }),
  }),
  action({
    name: 'list_tables',
    description: 'List the tables and views of a dataset.',
    class: 'read',
    input: { ...dataset, ...pagesByToken },
    request: (params) => ({
      method: 'GET',
      path: `${datasetPath(params)}/tables`,
      query: paged(params),
    }),
    result: (body) =>
      pageOf(body, {
        list: 'tables',
        item: (one) => ({
          ...keep(one['tableReference'], 'tableId'),
          ...keep(one, 'type', 'friendlyName', 'creationTime'),
        }),
      }),
  }),
  action({
    name: 'get_table',
    description: 'Read the columns of a table and how large it is.',
    class: 'read',
    input: table,
    request: (params) => ({ method: 'GET', path: tablePath(params) }),
    result: (body) => ({
      ...keep(objectOf(body)['tableReference'], 'projectId', 'datasetId', 'tableId'),
      ...keep(body, 'type', 'description', 'numRows', 'numBytes', 'lastModifiedTime'),
      ...keep(body, 'timePartitioning', 'clustering'),
      columns: columnsOf(objectOf(body)['schema']),
    }),
  }),
  action({
    name: 'list_rows',
    description: 'Read rows of a table as lists of values, without a query and its costs.',
    class: 'read',
    input: {
      ...table,
      columns: z
        .array(z.string().regex(/^[\w.]{1,300}$/, 'is no column'))
        .max(100)
        .optional()
        .describe('only these, in their order in the table'),
      ...pagesByToken,
    },
    request: ({ columns, ...params }) => ({
      method: 'GET',
      path: `${tablePath(params)}/data`,
      query: { ...paged(params), selectedFields: columns?.join(',') },
    }),
    result: (body) => {
      const { rows, totalRows, pageToken } = objectOf(body);
      const values = (Array.isArray(rows) ? rows : []).map((row: unknown) => {
        const cells = objectOf(row)['f'];
        return Array.isArray(cells) ? cells.map((cell) => objectOf(cell)['v'] ?? null) : [];
      });
      return { rows: values, total: totalRows ?? null, next: pageToken ?? null };
    },
  }),
];
