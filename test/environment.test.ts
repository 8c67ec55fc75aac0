// What other processes of the same user see of the environment that a server or a worker was
// started with: nothing, in itself, in the thin parent of an older Node, and in their children.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type FreshDatabase, freshDatabase } from './kit/database.ts';
import { temporaryFolder } from './kit/folders.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };
const masterKey = 'cd'.repeat(32);

/** Walks up from itself, and prints what each of its parents was started with. */
const walk = `pid=$$
while [ "$pid" -gt 1 ]; do
  echo "at $pid"
  tr '\\0' '\\n' < /proc/$pid/environ 2>/dev/null
  tr '\\0' ' ' < /proc/$pid/cmdline 2>/dev/null
  pid=$(cut -d ' ' -f 4 /proc/$pid/stat 2>/dev/null || echo 0)
done`;

const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};

const parentOf = (pid: number): number =>
  Number(/\) \S (\d+)/.exec(read(pid, 'stat'))?.[1] ?? Number.NaN);

/** The process and all that it started, at any depth. */
function treeOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((child) => parentOf(child) === pid);
  return [pid, ...children.flatMap(treeOf)];
}

describe('the environment of a server', () => {
  const folder = temporaryFolder();
  let database: FreshDatabase;
  const children: ChildProcess[] = [];

  before(async () => {
    database = await freshDatabase();
  });
  after(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await database.drop();
    folder.remove();
  });

  /** Starts it and resolves with the first line that `ready` matches. */
  async function start(argv: readonly string[], env: Record<string, string>, ready: RegExp) {
    const child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MILLRACE_SANDBOX: 'off', SOMETHING_ELSE: 'unrelated-secret', ...env },
    });
    children.push(child);
    const line = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (text) => {
        if (ready.test(text)) resolve(text);
      });
    });
    return { child, line };
  }

  function assertNoSecret(shown: string, where: string): void {
    const name = new URL(database.url).pathname;
    for (const secret of [owner.password, masterKey, 'unrelated-secret', name]) {
      assert.ok(!shown.includes(secret), `${where} shows ${secret}`);
    }
  }

  function assertNothingShown(pid: number): void {
    const tree = treeOf(pid);
    for (const one of tree) {
      assertNoSecret(read(one, 'environ') + read(one, 'cmdline'), `process ${one}`);
    }
    assert.ok(tree.length > 0);
    assert.match(read(pid, 'environ'), /^\0+$/);
  }

  const millrace = join(root, 'bin', 'millrace.mjs');
  const older = `Object.defineProperty(process.versions, 'node', { value: '20.0.0' });
    delete process.execve;`;
  const throughOlder = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];

  for (const [name, argv] of [
    ['npm start', [join(root, 'scripts', 'start.mjs')]],
    ['npm start on an older Node', [...throughOlder, join(root, 'scripts', 'start.mjs')]],
    ['millrace start', [millrace, 'start']],
  ] as const) {
    test(`${name}: a script finds no setting in its parents, and the server works`, async () => {
      const data = join(folder.path, name.replaceAll(' ', '-'));
      const flags = ['--port', '0', '--data', data];
      const env = {
        MILLRACE_DATABASE_URL: database.url,
        MILLRACE_OWNER_EMAIL: owner.email,
        MILLRACE_OWNER_PASSWORD: owner.password,
        MILLRACE_MASTER_KEY: masterKey,
        MILLRACE_WORKSPACE: 'test',
      };
      const { child, line } = await start([...argv, ...flags], env, /API\s+http/);
      const origin = /http:\/\/[^/]+/.exec(line)?.[0] ?? '';
      assertNothingShown(child.pid ?? 0);
      const login = await fetch(`${origin}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(owner),
      });
      assert.equal(login.status, 200);
      const headers = {
        authorization: `Bearer ${await login.text()}`,
        'content-type': 'application/json',
      };
      const op = async (operation: string, input: object): Promise<any> => {
        const address = `${origin}/api/op/${operation}?workspace=test`;
        const body = JSON.stringify(input);
        const answer = await fetch(address, { method: 'POST', headers, body });
        assert.equal(answer.status, 200);
        return answer.json();
      };
      const { id } = await op('jobs.previewWait', { language: 'bash', content: walk });
      const { logs } = await op('jobs.logs', { id });
      assert.match(logs, /at \d+\n[^]*at \d+\n/);
      assertNoSecret(logs, 'the script');
      assertNothingShown(child.pid ?? 0);
    });
  }

  test('millrace worker: neither its environment nor its flags show the database', async () => {
    const argv = [millrace, 'worker', '--data', join(folder.path, 'worker')];
    const env = { MILLRACE_MASTER_KEY: masterKey };
    const flags = ['--database-url', database.url];
    const { child } = await start([...argv, ...flags], env, /is ready/);
    assertNothingShown(child.pid ?? 0);
  });
});
