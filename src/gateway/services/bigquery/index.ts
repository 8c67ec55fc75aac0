// BigQuery: projects, datasets, tables, jobs, and queries in GoogleSQL that only read.
import type { ServiceDeclaration } from '../../action.ts';
import { googleOAuth } from '../google-oauth.ts';
import { bigqueryChanges } from './change.ts';
import { bigqueryJobs } from './jobs.ts';
import { bigqueryQueries } from './query.ts';
import { bigqueryTables } from './tables.ts';

export const bigquery: ServiceDeclaration = {
  name: 'bigquery',
  title: 'BigQuery',
  description: 'projects, datasets, tables and queries of BigQuery',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [googleOAuth('bigquery')],
  keyHint: 'It is an OAuth access token of Google for BigQuery.',
  baseUrl: 'https://bigquery.googleapis.com/bigquery/v2',
  actions: [...bigqueryTables, ...bigqueryQueries, ...bigqueryJobs, ...bigqueryChanges],
};
