// Metabase as a person uses it: questions and dashboards made, changed, run and listed in pages;
// SQL of one's own stays shut until an admin opens it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startMetabase } from '../kit/metabase.ts';
import type { StandIn } from '../kit/stand-in.ts';
import { type Curated, failures, run, secret, setUp } from './curated.ts';

const question = { name: 'Cities', database_id: 1, sql: 'select 1' };

describe('metabase', () => {
  let metabase: StandIn;
  let it: Curated;

  before(async () => {
    metabase = await startMetabase();
    it = await setUp('metabase', metabase.origin);
  });
  after(async () => {
    await it?.stop();
    await metabase?.stop();
  });

  test('questions and dashboards are made, changed, read, run and listed', async () => {
    await run(it, 'write', [
      ['create_question', question, { id: 1, name: 'Cities', display: 'table' }],
      ['create_question', { ...question, name: 'Two' }, { id: 2 }],
      ['update_question', { question_id: 1, name: 'Towns' }, { name: 'Towns' }],
      ['update_question', { question_id: 9, name: 'x' }, /Not found.*upstream_failed/],
      ['create_question', { ...question, database_id: '1' }, /database_id/],
      ['create_dashboard', { name: 'Board' }, { id: 1, name: 'Board' }],
    ]);
    await run(it, 'read', [
      ['get_question', { question_id: 1 }, { name: 'Towns', query: { type: 'native' } }],
      ['list_questions', { limit: 1 }, { items: [{ id: 1 }], total: 2, next: 1 }],
      ['list_questions', { limit: 1, next: 1 }, { items: [{ id: 2 }], next: null }],
      [
        'run_question',
        { question_id: 1, limit: 2 },
        { rows: [{ id: 1, city: 'city 1' }], next: 2 },
      ],
      ['run_question', { question_id: 1, next: 2 }, { rows: [{ id: 3 }], total: 3, next: null }],
      ['list_dashboards', {}, { items: [{ name: 'Board' }] }],
      ['get_dashboard', { dashboard_id: 1 }, { name: 'Board', questions: [] }],
      ['list_collections', {}, { collections: [{ name: 'Sales' }] }],
    ]);
  });

  test('databases are listed down to the first rows of a table', async () => {
    await run(it, 'read', [
      ['list_databases', {}, { databases: [{ id: 1, engine: 'h2' }] }],
      ['list_tables', { database_id: 1 }, { tables: [{ id: 7 }], next: null }],
      ['get_table', { table_id: 7 }, { columns: [{ name: 'id' }, { name: 'city' }] }],
      ['preview_table', { database_id: 1, table_id: 7, limit: 1 }, { rows: [{ id: 1 }], total: 1 }],
    ]);
  });

  test('C02 SQL of one’s own waits for an admin; what fails says so', async () => {
    const wrong = { service: 'metabase', action: 'run_native_query' };
    const input = { ...wrong, params: { database_id: 1, sql: 'wrong' } };
    const shut = await it.server.op('services.write', input);
    assert.equal(shut.body.error.details.reason_code, 'high_risk_not_enabled');
    await it.open('run_native_query');
    const { body } = await it.server.op('services.write', input);
    assert.match(body.error.message, /near "wrong"/);
    const fine = { ...wrong, params: { database_id: 1, sql: 'select', limit: 1 } };
    const { body: answer } = await it.server.op('services.write', fine);
    assert.deepEqual(answer.value, { rows: [{ id: 1, city: 'city 1' }], total: 3, next: 1 });
  });

  test('F04 troubles of Metabase reach the person, and their key nobody', async () => {
    await failures(it, metabase, {
      read: ['list_databases', {}],
      write: ['create_dashboard', { name: 'x' }],
    });
    assert.deepEqual([...new Set(metabase.asked.map((one) => one.headers['x-api-key']))], [secret]);
  });
});
