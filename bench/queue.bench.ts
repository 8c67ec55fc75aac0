// The queue: enqueuing many jobs, jobs that do nothing, lists and cost per job with a long history,
// and what an idle server does. On a durable PostgreSQL of its own; ratios to the same statements
// sent without anything around them, in the same run.
import pg from 'pg';
import { createLog } from '../src/base/index.ts';
import { startCluster, urlOfSocket } from '../src/store/index.ts';
import { type ServerProcess, startProcess, temporaryFolder } from '../test/kit/spawned-server.ts';
import { startWorkerProcess } from '../test/kit/spawned-worker.ts';
import { line, measure, ms, post } from './client.ts';
import { idle } from './idle.ts';

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };
const script = 'f/examples/inc';
const jobs = 10_000;
const noops = 20_000;
const stored = [1_000, 10_000, 100_000, 1_000_000];

type Op = (name: string, input: unknown) => Promise<any>;

async function login({ origin }: ServerProcess): Promise<Op> {
  const answer = await post(`${origin}/api/op/session.login`, '', owner);
  const session: string = answer.body.token;
  return async (name, input) => {
    const done = await post(`${origin}/api/op/${name}?workspace=bench`, session, input);
    if (done.status >= 300) throw new Error(`${name}: ${JSON.stringify(done.body).slice(0, 500)}`);
    return done.body;
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** `count` rows that do nothing, a thousand in a statement. */
async function insertFloor(db: pg.Client, count: number, tag: string): Promise<void> {
  for (let at = 0; at < count; at += 1000) {
    const ids = Array.from({ length: 1000 }, () => crypto.randomUUID());
    await db.query(
      `insert into engine_job (
         id, finished, workspace, kind, args, tag, created_by, permissioned_as, email,
         created_at, scheduled_for)
       select id, false, 'floor', 'identity', '{}', $2, 'bench', 'u/bench', $3, $4, $4
       from unnest($1::uuid[]) as id`,
      [ids, tag, owner.email, Date.now()],
    );
  }
}

async function endFloor(db: pg.Client, tag: string): Promise<void> {
  for (;;) {
    const values = ['floor', [tag], Date.now()];
    const { rowCount } = await db.query('select engine_end_identities($1, $2, $3)', values);
    if (rowCount === 0) return;
  }
}

async function enqueue(op: Op, db: pg.Client): Promise<void> {
  const batch = { kind: 'script', path: script, count: jobs, args: { x: 1 }, tag: 'nobody' };
  const [took, floor] = [
    await timed(() => op('jobs.addBatch', batch)),
    await timed(() => insertFloor(db, jobs, 'floor')),
  ];
  const seen = `${ms(took)}, ${(took / floor).toFixed(2)} of the inserts alone`;
  line(`enqueue ${jobs} jobs`, seen, 'at most 3,000 ms');
  await db.query(`delete from engine_job where tag = 'nobody'`);
}

async function throughput(op: Op, db: pg.Client, env: Record<string, string>): Promise<void> {
  const floor = await timed(() => endFloor(db, 'floor'));
  await op('jobs.addBatch', { kind: 'noop', count: noops, tag: 'bench' });
  const start = () => startWorkerProcess(['--tags', 'bench'], env);
  const workers = await Promise.all([start(), start()]);
  const left = `select count(*)::int as count from engine_job_live where tag = 'bench'`;
  while ((await db.query(left)).rows[0].count > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rows } = await db.query(
    `select max(completed_at) - min(started_at) as ms, count(distinct worker)::int as workers
     from engine_job_done
     where tag = 'bench'`,
  );
  const perSecond = (count: number, tookMs: number): number => (count / tookMs) * 1000;
  const seen = perSecond(noops, Math.max(1, Number(rows[0].ms)));
  const alone = perSecond(jobs, floor);
  const share = `${(seen / alone).toFixed(2)} of one connection alone`;
  const what = `jobs that do nothing, ${rows[0].workers} workers`;
  line(what, `${Math.round(seen)}/s, ${share}`, 'at least 5,000/s');
  for (const worker of workers) worker.terminate();
  await Promise.all(workers.map((worker) => worker.ended));
}

/** Fills the part of what is over up to `count` rows. */
async function fill(db: pg.Client, count: number): Promise<void> {
  const { rows } = await db.query('select count(*)::int as count from engine_job_done');
  const missing = count - rows[0].count;
  if (missing <= 0) return;
  await db.query(
    `insert into engine_job (
       id, finished, workspace, kind, path, args, tag, created_by, permissioned_as, email,
       created_at, scheduled_for, started_at, completed_at, duration_ms, success, result)
     select gen_random_uuid(), true, 'bench', 'script', 'f/examples/inc', '{"x": 1}', 'bun',
       'bench', 'u/bench', 'bench@example.com', at, at, at, at, 1, true, '2'
     from (select $1::bigint - n as at from generate_series(1, $2::int) as n) as made`,
    [Date.now() - 1000, missing],
  );
  await db.query('analyze engine_job_done');
}

async function curve(op: Op, db: pg.Client): Promise<void> {
  const run = () => op('jobs.runWait', { path: script, args: { x: 1 } });
  const list = () => op('jobs.list', { perPage: 100 });
  await measure(100, 1, run);
  let first = 0;
  for (const count of stored) {
    await fill(db, count);
    await measure(20, 1, run);
    const [seen, listed] = [await measure(300, 4, run), await measure(50, 1, list)];
    first ||= seen.p50;
    const what = `${count.toLocaleString('en')} stored jobs: run and wait`;
    line(what, `${ms(seen.p50)}, ${(seen.p50 / first).toFixed(2)} of the first`, 'flat');
    line('  the newest 100', ms(listed.p50), 'at most 20 ms');
  }
}

const folder = temporaryFolder();
const data = temporaryFolder();
const cluster = await startCluster({ folder: data.path, log: createLog('warn') });
const url = urlOfSocket(cluster.socketFolder);
const env = {
  MILLRACE_DATABASE_URL: url,
  MILLRACE_OWNER_EMAIL: owner.email,
  MILLRACE_OWNER_PASSWORD: owner.password,
  MILLRACE_WORKSPACE: 'bench',
  MILLRACE_LOG_LEVEL: 'warn',
};
const db = new pg.Client(url);
const server = await startProcess(folder.path, env);
try {
  await db.connect();
  const op = await login(server);
  const content = 'export const main = (x: number) => x + 1';
  await op('scripts.create', { path: script, language: 'bun', content });
  await enqueue(op, db);
  await throughput(op, db, env);
  await idle(server, db);
  await curve(op, db);
} finally {
  await db.end();
  await server.stop();
  await cluster.stop();
  folder.remove();
  data.remove();
}
