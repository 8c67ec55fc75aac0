// BigQuery as a person uses it: against a stand-in that keeps tables, and against Google's own
// description of the API, served by Prism, which refuses what does not fit it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBigquery } from '../kit/bigquery.ts';
import type { StandIn } from '../kit/stand-in.ts';
import { type Prism, startPrism } from '../kit/vendors.ts';
import { type Curated, failures, type Row, run, setUp } from './curated.ts';

const project = { project_id: 'acme' };
const table = { ...project, dataset_id: 'shop', table_id: 'cities' };
const columns = [
  { name: 'id', type: 'INT64' },
  { name: 'city', type: 'STRING' },
];
const rows = [1, 2, 3].map((id) => ({ id, city: `city ${id}` }));
const sql = 'select * from shop.cities';

describe('bigquery', () => {
  let bigquery: StandIn;
  let it: Curated;

  before(async () => {
    bigquery = await startBigquery();
    it = await setUp('bigquery', bigquery.origin);
  });
  after(async () => {
    await it?.stop();
    await bigquery?.stop();
  });

  test('tables are made, filled, described, read and listed', async () => {
    const { project_id: _, ...names } = table;
    await run(it, 'write', [
      ['create_dataset', { ...project, dataset_id: 'shop', location: 'EU' }, { location: 'EU' }],
      ['create_dataset', { ...project, dataset_id: 'stock' }, { id: 'acme:stock' }],
      ['create_dataset', { ...project, dataset_id: 'no-name' }, /invalid_params/],
      ['create_table', { ...table, columns }, { id: 'cities' }],
      ['insert_rows', { ...table, rows }, { inserted: 3, errors: [] }],
      ['update_table', { ...table, description: 'where people live' }, { id: 'cities' }],
    ]);
    await run(it, 'read', [
      ['list_projects', {}, { projects: [{ id: 'acme' }], next: null }],
      ['list_datasets', { ...project, limit: 1 }, { datasets: [{ datasetId: 'shop' }], next: '1' }],
      ['list_datasets', { ...project, next: '1' }, { datasets: [{ datasetId: 'stock' }] }],
      ['get_dataset', { ...project, dataset_id: 'shop' }, { location: 'EU' }],
      ['list_tables', { ...project, dataset_id: 'shop' }, { tables: [{ tableId: 'cities' }] }],
      ['get_table', table, { numRows: '3', description: 'where people live', columns }],
      ['list_rows', { ...table, columns: ['id', 'city'] }, { rows: [[1, 'city 1']] }],
      ['get_table', { ...project, ...names, table_id: 'none' }, /Not found.*upstream_failed/],
      ['get_table', { ...table, table_id: '..' }, /table_id/],
    ]);
  });

  test('a query reads rows in pages, and may cost only so much', async () => {
    const asked = { ...project, sql };
    const paged = { ...project, job_id: 'job_1', limit: 2, next: '2' };
    await run(it, 'read', [
      ['query', { ...asked, limit: 2 }, { rows: rows.slice(0, 2), total: '3', next: '2' }],
      ['get_query_results', paged, { rows: rows.slice(2), next: null }],
      ['run_query', asked, { rows, complete: true, job_id: 'job_2' }],
      ['estimate_query', asked, { statement: 'SELECT', bytes: '77' }],
      ['list_jobs', { ...project, limit: 1 }, { jobs: [{ jobId: 'job_1', sql }], next: '1' }],
      ['get_job', { ...project, job_id: 'job_1' }, { state: 'DONE', error: null }],
      ['query', { ...project, sql: 'select 1 from shop.none' }, /shop.none is not there/],
    ]);
    await run(it, 'write', [['cancel_job', { ...project, job_id: 'job_1' }, { state: 'DONE' }]]);
    const { body } = bigquery.asked.find(({ path }) => path.endsWith('/queries')) ?? {};
    assert.deepEqual(
      [body?.['useLegacySql'], body?.['maximumBytesBilled']],
      [false, '10000000000'],
    );
  });

  test('what BigQuery does not call a SELECT is never run', async () => {
    const ran = (): number => bigquery.asked.filter(({ path }) => path.endsWith('/queries')).length;
    const already = ran();
    for (const one of [
      'drop table shop.cities',
      'insert into shop.cities values (1)',
      '(',
      'begin',
    ]) {
      const result = await it.call('read', 'query', { ...project, sql: one });
      const { error } = result.structuredContent;
      assert.equal(error.details.reason_code, 'invalid_params', one);
    }
    assert.equal(ran(), already);
    const shut = { service: 'bigquery', action: 'execute', params: { ...project, sql: 'drop' } };
    const { body } = await it.server.op('services.write', shut);
    assert.equal(body.error.details.reason_code, 'high_risk_not_enabled');
  });

  test('F04 troubles of BigQuery reach the person, and their key nobody', async () => {
    await failures(it, bigquery, {
      read: ['list_projects', {}],
      write: ['create_dataset', { ...project, dataset_id: 'late' }],
    });
  });
});

describe('bigquery as Google describes it', () => {
  let prism: Prism;
  let it: Curated;

  before(async () => {
    prism = await startPrism('bigquery');
    it = await setUp('bigquery', prism.origin);
  });
  after(async () => {
    await it?.stop();
    await prism?.stop();
  });

  test('every request fits the published document', async () => {
    const job = { ...project, job_id: 'job_1' };
    const reads: Row[] = [
      ['list_projects', {}, {}],
      ['list_datasets', project, {}],
      ['get_dataset', { ...project, dataset_id: 'shop' }, {}],
      ['list_tables', { ...project, dataset_id: 'shop' }, {}],
      ['get_table', table, {}],
      ['list_rows', { ...table, columns: ['id'] }, {}],
      ['get_query_results', job, {}],
      // The document knows new jobs as files alone; BigQuery itself takes them as JSON.
      ['query', { ...project, sql }, /application\/octet-stream/],
      ['list_jobs', { ...project, state: 'done' }, {}],
      ['get_job', job, {}],
    ];
    const writes: Row[] = [
      ['create_dataset', { ...project, dataset_id: 'shop', location: 'EU' }, {}],
      ['create_table', { ...table, columns, description: 'x' }, {}],
      ['update_table', { ...table, description: 'x' }, {}],
      ['insert_rows', { ...table, rows }, {}],
      ['cancel_job', job, {}],
    ];
    await run(it, 'read', reads);
    await run(it, 'write', writes);
    await it.open('execute');
    const params = { ...project, sql, dataset_id: 'shop', location: 'EU' };
    const input = { service: 'bigquery', action: 'execute', params };
    const { status, body } = await it.server.op('services.write', input);
    assert.equal(status, 200, JSON.stringify(body));
  });
});
