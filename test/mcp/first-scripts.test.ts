// The four scripts that people try first on a new server: each is deployed by a model over MCP,
// run as its tool, and run again through Windmill's REST.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Relay, startRelay } from '../kit/relay.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Loose, messagesOf, modern } from './kit.ts';

const parallelExecution = `
/** Calls the server, and other runs, many at a time. */
export async function main(requests: number = 100, jobs: number = 20) {
  const base = process.env.BASE_INTERNAL_URL + '/api/w/' + process.env.WM_WORKSPACE;
  const headers = {
    authorization: 'Bearer ' + process.env.WM_TOKEN,
    'content-type': 'application/json',
  };
  const started = Date.now();
  const statuses = await Promise.all(
    Array.from({ length: requests }, async () => {
      const response = await fetch(base + '/users/whoami', { headers });
      await response.text();
      return response.status;
    }),
  );
  const squares = await Promise.all(
    Array.from({ length: jobs }, async (_, n) => {
      const path = '/jobs/run_wait_result/p/u/owner/square';
      const body = JSON.stringify({ n });
      return (await fetch(base + path, { method: 'POST', headers, body })).json();
    }),
  );
  const bad = statuses.filter((status) => status !== 200);
  return { ok: statuses.length - bad.length, bad, squares, tookMs: Date.now() - started };
}`;

const memoryLimits = `
/** Fills arrays until \`megabytes\` are held, and says how far it came. */
export async function main(megabytes: number = 600) {
  const blocks: Uint8Array[] = [];
  const numbers = Array.from({ length: 1_000_000 }, (_, index) => index);
  for (let held = 0; held < megabytes; held += 50) {
    blocks.push(new Uint8Array(50 * 1024 * 1024).fill(7));
    console.log('holding', held + 50, 'MB');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { megabytes, sum: numbers.reduce((sum, n) => sum + n, 0), blocks: blocks.length };
}`;

const databaseStress = `
import pg from 'pg@8.23.1';

/** Many connections at once, each with a transaction of its own. */
export async function main(db: Postgresql, connections: number = 50, rounds: number = 5) {
  const pool = new pg.Pool({
    host: db.host, port: db.port, user: db.user, password: db.password, database: db.dbname,
    max: connections,
  });
  await pool.query('create table if not exists counter (id int primary key, n int)');
  await pool.query('insert into counter values (1, 0) on conflict (id) do update set n = 0');
  const one = async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('update counter set n = n + 1 where id = 1');
      await client.query('commit');
    } finally {
      client.release();
    }
  };
  const seen = await Promise.all(
    Array.from({ length: connections }, () => pool.query('select pg_backend_pid() as pid')),
  );
  await Promise.all(Array.from({ length: connections * rounds }, one));
  const { rows } = await pool.query('select n from counter where id = 1');
  await pool.end();
  return { n: rows[0].n, backends: new Set(seen.map(({ rows: [row] }) => row.pid)).size };
}
type Postgresql = { host: string; port: number; user: string; password: string; dbname: string };
`;

const complexWorkflow = `
type Order = { id: number; customer: string; total: number };
type Stage<In, Out> = (input: In) => Promise<Out>;

const timed = async <In, Out>(name: string, stage: Stage<In, Out>, input: In) => {
  console.log('stage', name);
  return stage(input);
};

/** Extracts, validates, groups and reports orders, stage by stage. */
export async function main(orders: Order[], minimum: number = 10) {
  const extract: Stage<Order[], Order[]> = async (all) => structuredClone(all);
  const validate: Stage<Order[], { good: Order[]; bad: number[] }> = async (all) => ({
    good: all.filter(({ total }) => total >= minimum),
    bad: all.filter(({ total }) => total < minimum).map(({ id }) => id),
  });
  const group: Stage<Order[], Map<string, number>> = async (all) => {
    const sums = new Map<string, number>();
    for (const { customer, total } of all) sums.set(customer, (sums.get(customer) ?? 0) + total);
    return sums;
  };
  const extracted = await timed('extract', extract, orders);
  const { good, bad } = await timed('validate', validate, extracted);
  const sums = await timed('group', group, good);
  const report = await Promise.all(
    [...sums].map(async ([customer, total]) => ({ customer, total, vat: total * 0.2 })),
  );
  if (report.length === 0) throw new Error('no order reaches the minimum of ' + minimum);
  return { report, bad, stages: 4 };
}`;

describe('the four scripts that people try first', () => {
  let server: TestServer;
  let relay: Relay;
  let token = '';

  before(async () => {
    server = await startTestServer({ MILLRACE_WAIT_MS: '60000' });
    relay = await startRelay();
    token = await server.tokenWith(['mcp:all', 'jobs:run']);
    const square = 'export const main = (n: number) => n * n';
    await deploy('square', square);
  });
  after(async () => {
    await server?.stop();
    await relay?.stop();
  });

  async function call(name: string, args: Record<string, unknown>): Promise<Loose> {
    const { body, headers } = modern('tools/call', { name, arguments: args });
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
    });
    const [message] = await messagesOf(response);
    return message.result ?? message;
  }

  async function deploy(name: string, content: string): Promise<void> {
    const path = `u/owner/${name}`;
    const made = await call('createScript', { path, summary: name, content, language: 'bun' });
    assert.notEqual(made.isError, true, JSON.stringify(made));
  }

  async function rest(name: string, args: object): Promise<{ status: number; body: any }> {
    const address = `/api/w/${server.workspace}/jobs/run_wait_result/p/u/owner/${name}`;
    const response = await server.fetch(address, {
      method: 'POST',
      token,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    return { status: response.status, body: await response.json() };
  }

  test('parallel_execution: many calls and many runs at a time', async () => {
    await deploy('parallel_execution', parallelExecution);
    const squares = Array.from({ length: 20 }, (_, n) => n * n);
    const called = await call('s-u_owner_parallel__execution', {});
    assert.deepEqual(
      [called.structuredContent?.ok, called.structuredContent?.bad],
      [100, []],
      JSON.stringify(called),
    );
    assert.deepEqual(called.structuredContent.squares, squares);
    const { status, body } = await rest('parallel_execution', { requests: 300, jobs: 40 });
    assert.deepEqual([status, body.ok, body.squares.length], [200, 300, 40]);
  });

  test('memory_limits: 800 MB are there by default; more ends with a clear error', async () => {
    await deploy('memory_limits', memoryLimits);
    const called = await call('s-u_owner_memory__limits', { megabytes: 800 });
    assert.deepEqual(
      called.structuredContent,
      { megabytes: 800, sum: 499_999_500_000, blocks: 16 },
      JSON.stringify(called),
    );
    const refused = await call('s-u_owner_memory__limits', { megabytes: 4000 });
    assert.equal(refused.isError, true);
    assert.match(JSON.stringify(refused), /more memory than its limit of 1024 MiB/);
    const { status, body } = await rest('memory_limits', { megabytes: 4000 });
    assert.deepEqual([status, body.error.name], [422, 'MemoryLimit']);
    assert.equal((await rest('memory_limits', { megabytes: 100 })).status, 200);
  });

  test('database_stress: fifty connections from inside one run', async () => {
    await deploy('database_stress', databaseStress);
    await server.op('resources.create', {
      path: 'u/owner/stress_db',
      resourceType: 'postgresql',
      value: relay.resource,
    });
    const db = '$res:u/owner/stress_db';
    const called = await call('s-u_owner_database__stress', { db });
    assert.deepEqual(called.structuredContent, { n: 250, backends: 50 }, JSON.stringify(called));
    assert.ok(relay.counts().most >= 50);
    const { status, body } = await rest('database_stress', { db, connections: 30, rounds: 10 });
    assert.deepEqual([status, body], [200, { n: 300, backends: 30 }]);
  });

  test('complex_workflow: several stages, their log, and a stage that fails', async () => {
    await deploy('complex_workflow', complexWorkflow);
    const orders = [
      { id: 1, customer: 'Ann', total: 20 },
      { id: 2, customer: 'Bo', total: 5 },
      { id: 3, customer: 'Ann', total: 30 },
    ];
    const expected = { report: [{ customer: 'Ann', total: 50, vat: 10 }], bad: [2], stages: 4 };
    const called = await call('s-u_owner_complex__workflow', { orders });
    assert.deepEqual(called.structuredContent, expected, JSON.stringify(called));
    assert.deepEqual(await rest('complex_workflow', { orders }), { status: 200, body: expected });
    const failed = await rest('complex_workflow', { orders, minimum: 100 });
    assert.equal(failed.status, 422);
    assert.equal(failed.body.error.message, 'no order reaches the minimum of 100');
    const { body: jobs } = await server.op('jobs.listCompleted', {});
    const job = jobs.find((one: Loose) => one.scriptPath === 'u/owner/complex_workflow');
    const logs = await server.op('jobs.logs', { id: job.id });
    assert.match(JSON.stringify(logs.body), /stage extract.*stage validate.*stage group/);
  });
});
