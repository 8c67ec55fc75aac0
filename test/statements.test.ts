// Every SQL statement of the house is planned by a real PostgreSQL: it must parse, and it may
// not scan a table that grows with use when an index could serve.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { Statement } from '../src/store/index.ts';
import { freshDatabase } from './kit/database.ts';

/** Tables that hold a row for every call, job or version. */
const growing = [
  'gateway_audit',
  'gateway_audit_bucket',
  'engine_job_done',
  'engine_job_live',
  'engine_job_log',
  'engine_script',
  'engine_bundle',
  'engine_storage_chunk',
  'engine_storage_content',
  'engine_storage_file',
  'gateway_pii_owner',
  'gateway_pii_token',
  'operation_audit',
  'identity_token',
  'identity_user',
];

/** Statements that read a whole growing table on purpose, each with its reason. */
const mayScan = new Map([
  ['job.count_done', 'counts them all; answers a page that people open now and then'],
  ['job.count_live', 'the live part is small'],
  ['job.count_before', 'the live part is small'],
  ['worker.queue_metrics', 'the live part is small; the other one is a range of its ends'],
  ['worker.queues', 'the live part is small; answers a page that people open now and then'],
  ['job.standing', 'the live part is small; answers why one job waits'],
  ['job.waiting_step', 'the live part is small; answers why one job waits'],
  ['job.concurrency_groups', 'the live part is small; a page of who runs the instance'],
  ['job.delete_concurrency_group', 'the live part is small; done by hand'],
  ['job.next_due', 'walks the claim index'],
  ['job.requeue_orphans', 'the live part is small; once in ten seconds'],
  ['job.fail_orphans', 'the live part is small; once in ten seconds'],
  ['job.lost_workers', 'the live part is small; once in ten seconds'],
]);

const root = new URL('..', import.meta.url).pathname;

function isStatement(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && 'name' in value && 'text' in value;
}

async function allStatements(): Promise<Statement[]> {
  const files = globSync('src/**/*.sql.ts', { cwd: root });
  const modules = await Promise.all(files.map((file) => import(`${root}${file}`)));
  return modules.flatMap((exported: object) => Object.values(exported).filter(isStatement));
}

function scans(plan: string): string[] {
  return growing.filter((table) => new RegExp(`Seq Scan on (\\w+\\.)?${table}\\b`).test(plan));
}

describe('statements', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let client: pg.Client;
  let canExplain = false;
  before(async () => {
    database = await freshDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('set enable_seqscan = off');
    const { rows } = await client.query('show server_version_num');
    // EXPLAIN (GENERIC_PLAN) came with PostgreSQL 16; before it a statement is only prepared.
    canExplain = Number(rows[0].server_version_num) >= 160_000;
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('have names of their own', async () => {
    const names = (await allStatements()).map((each) => each.name);
    assert.ok(names.length > 40, 'the statements were found');
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  it('parse, and use an index on what grows', async () => {
    const problems: string[] = [];
    for (const { name, text } of await allStatements()) {
      try {
        if (!canExplain) {
          await client.query(`prepare "${name}" as ${text}`);
          continue;
        }
        const { rows } = await client.query(`explain (generic_plan) ${text}`);
        const found = scans(rows.map((row) => row['QUERY PLAN']).join('\n'));
        if (found.length > 0 && !mayScan.has(name)) {
          problems.push(`${name}: scans ${found.join(', ')}`);
        }
      } catch (error) {
        problems.push(`${name}: ${String(error)}`);
      }
    }
    assert.deepEqual(problems, []);
  });

  it('would catch a scan', async () => {
    const { rows } = canExplain
      ? await client.query("explain select 1 from operation_audit where email = 'x'")
      : { rows: [{ 'QUERY PLAN': 'Seq Scan on operation_audit' }] };
    assert.deepEqual(scans(rows.map((row) => row['QUERY PLAN']).join('\n')), ['operation_audit']);
  });
});
