// Queries that only read. BigQuery itself says first, by a dry run that costs nothing, what kind of
// statement it is; anything but a SELECT is not sent. What a query may cost is bounded.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { refusal } from '../../reasons.ts';
import { given, objectOf, pagesByToken } from '../shaping.ts';
import { jobOf, location, project, rowsOf } from './shapes.ts';

const gigabyte = 1_000_000_000;
/** Below the limit of a call: what takes longer goes on as a job. */
const waitMs = 20_000;

const queryInput = {
  ...project,
  sql: z.string().min(1).max(100_000).describe('one SELECT in GoogleSQL'),
  dataset_id: z.string().max(300).optional().describe('where names without a dataset are'),
  location,
  limit: z.int().min(1).max(1000).default(100).describe('how many rows at most'),
  max_gigabytes: z.int().min(1).max(1000).default(10).describe('refuse to read more than this'),
};

type Asked = z.infer<z.ZodObject<typeof queryInput>>;

const jobsOf = (id: string): string => path`/projects/${id}/jobs`;

const inDataset = ({ project_id: projectId, dataset_id: datasetId }: Asked) =>
  datasetId === undefined ? undefined : { projectId, datasetId };

const onlySelect = {
  request: (asked: Asked) => ({
    method: 'POST' as const,
    path: jobsOf(asked.project_id),
    json: given({
      jobReference: asked.location && { projectId: asked.project_id, location: asked.location },
      configuration: {
        dryRun: true,
        query: given({
          query: asked.sql,
          useLegacySql: false,
          defaultDataset: inDataset(asked),
        }),
      },
    }),
  }),
  judge(body: unknown): void {
    const kind = jobOf(body)['statement'];
    if (kind === 'SELECT') return;
    throw refusal('invalid_params', 'sql: is no query that only reads.', {
      hint: 'Give one SELECT; execute, which an admin enables, takes other statements.',
      details: { statement: kind },
    });
  },
};

function answerOf(body: unknown) {
  const answer = objectOf(body);
  return {
    complete: answer['jobComplete'] ?? false,
    rows: rowsOf(answer['rows'], answer['schema']),
    total: answer['totalRows'] ?? null,
    bytes: answer['totalBytesProcessed'] ?? null,
    job_id: objectOf(answer['jobReference'])['jobId'] ?? null,
    next: answer['pageToken'] ?? null,
  };
}

const queryAction = (name: string, description: string) =>
  action({
    name,
    description,
    class: 'read',
    input: queryInput,
    precheck: onlySelect,
    request: (asked) => ({
      method: 'POST',
      path: path`/projects/${asked.project_id}/queries`,
      json: given({
        query: asked.sql,
        useLegacySql: false,
        defaultDataset: inDataset(asked),
        location: asked.location,
        maxResults: asked.limit,
        timeoutMs: waitMs,
        maximumBytesBilled: String(asked.max_gigabytes * gigabyte),
      }),
    }),
    result: answerOf,
  });

export const bigqueryQueries = [
  queryAction('query', 'Run a SELECT and read its first rows.'),
  queryAction('run_query', 'The same as query.'),
  action({
    name: 'get_query_results',
    description: 'Read more rows of a query, or those of one that was not complete.',
    class: 'read',
    input: {
      ...project,
      job_id: z
        .string()
        .regex(/^[\w:.-]{1,1024}$/, 'is no job')
        .describe('`job_id` of the query'),
      location,
      ...pagesByToken,
    },
    request: ({ project_id: id, job_id: job, location: where, limit, next }) => ({
      method: 'GET',
      path: path`/projects/${id}/queries/${job}`,
      query: { maxResults: limit, pageToken: next, location: where, timeoutMs: waitMs },
    }),
    result: answerOf,
  }),
  action({
    name: 'estimate_query',
    description: 'Say how many bytes a query would read, and of what kind it is; runs nothing.',
    class: 'read',
    input: queryInput,
    request: onlySelect.request,
    result: (body) => {
      const { statement, bytes } = jobOf(body);
      return { statement, bytes: bytes ?? null };
    },
  }),
  action({
    name: 'execute',
    description: 'Run any statement, also one that changes or deletes.',
    class: 'high_risk',
    category: 'raw_api',
    input: { ...queryInput, sql: queryInput.sql.describe('one or more statements in GoogleSQL') },
    request: (asked) => ({
      method: 'POST',
      path: path`/projects/${asked.project_id}/queries`,
      json: given({
        query: asked.sql,
        useLegacySql: false,
        defaultDataset: inDataset(asked),
        location: asked.location,
        maxResults: asked.limit,
        timeoutMs: waitMs,
        maximumBytesBilled: String(asked.max_gigabytes * gigabyte),
      }),
    }),
    result: answerOf,
  }),
];
