// What a server does that nobody asks for anything: its CPU, and in how many moments it asks the
// database. Statements that begin within a second of the first are one moment.
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { ServerProcess } from '../test/kit/spawned-server.ts';
import { line } from './client.ts';

const idleMs = 60_000;
const sampleMs = 100;
const momentMs = 1000;

const pause = (wait: number): Promise<void> => new Promise((done) => setTimeout(done, wait));

/** CPU milliseconds of the process that serves: the child of the wrapper, or itself. */
function cpuMs(pid: number): number {
  const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const own = read('stat');
  const fields = own.slice(own.lastIndexOf(')') + 2).split(' ');
  const children = read(`task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  const spent = (Number(fields[11]) + Number(fields[12])) * 10;
  return spent + children.reduce((sum, child) => sum + cpuMs(child), 0);
}

/** When the last statement of each other connection began, in epoch milliseconds. */
async function lastStatements(db: pg.Client): Promise<number[]> {
  const { rows } = await db.query(
    `select (extract(epoch from query_start) * 1000)::float8 as at
     from pg_stat_activity
     where backend_type = 'client backend'
       and pid <> pg_backend_pid()
       and query_start is not null`,
  );
  return rows.map(({ at }) => at);
}

function momentsOf(statements: Iterable<number>): number[] {
  const moments: number[] = [];
  for (const at of [...statements].toSorted((a, b) => a - b)) {
    const last = moments.at(-1);
    if (last === undefined || at - last > momentMs) moments.push(at);
  }
  return moments;
}

export async function idle(server: ServerProcess, db: pg.Client): Promise<void> {
  await pause(12_000);
  const cpuBefore = cpuMs(server.child.pid ?? 0);
  const known = new Set(await lastStatements(db));
  const seen = new Set<number>();
  const until = performance.now() + idleMs;
  while (performance.now() < until) {
    await pause(sampleMs);
    for (const at of await lastStatements(db)) if (!known.has(at)) seen.add(at);
  }
  const cpu = cpuMs(server.child.pid ?? 0) - cpuBefore;
  line('idle: CPU of a core', `${((cpu / idleMs) * 100).toFixed(2)} %`, 'under 1 %');
  const moments = momentsOf(seen);
  const gaps = moments.slice(1).map((at, n) => at - (moments[n] ?? at));
  const shortest = gaps.length > 0 ? `, ${(Math.min(...gaps) / 1000).toFixed(1)} s apart` : '';
  const often = `${moments.length} in ${idleMs / 1000} s${shortest}`;
  line('idle: moments with statements', often, 'at least 5 s apart');
}
