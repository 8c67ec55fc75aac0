// `millrace doctor` on this machine: silent when well, and each problem with its way out.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterUrl } from '../kit/database.ts';
import { temporaryFolder } from '../kit/folders.ts';
import { millrace } from './kit.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const data = join(folder.path, 'data');
// A machine without bubblewrap is well too, where its owner has said so.
const env = { MILLRACE_ALLOW_UNSANDBOXED: '1', MILLRACE_DATA: data, MILLRACE_PORT: '0' };

const names = [
  'node',
  'data folder',
  'database',
  'sandbox',
  'bun',
  'nodejs',
  'deno',
  'nativets',
  'python3',
  'bash',
  'port',
  'base URL',
];

describe('doctor', { concurrency: 2 }, () => {
  /** A database of one's own, which is asked in no time; the first test tries the embedded one. */
  let own: Record<string, string> = {};
  before(async () => {
    own = { ...env, MILLRACE_DATABASE_URL: await clusterUrl() };
  });

  test('says nothing when all is well, and leaves nothing behind', async () => {
    assert.deepEqual(await millrace(['doctor'], { env }), { code: 0, out: '', err: '' });
    assert.equal(existsSync(data), false);
  });

  test('--verbose shows every check', async () => {
    const { code, out, err } = await millrace(['doctor', '--verbose'], { env: own });
    assert.deepEqual([code, err], [0, '']);
    const [titles = '', ...lines] = out.trimEnd().split('\n');
    assert.match(titles, /^CHECK +STATE +FOUND$/);
    assert.deepEqual(
      lines.map((line) => /^(\S+(?: \S+)*) +well +\S/.exec(line)?.[1]),
      names,
    );
  });

  test('--json holds every check', async () => {
    const { code, out } = await millrace(['doctor', '--json'], { env: own });
    const found = JSON.parse(out) as { name: string; ok: boolean; detail: string }[];
    assert.equal(code, 0);
    assert.deepEqual(
      found.map(({ name }) => name),
      names,
    );
  });

  test('prints the problems alone, each with its fix, and no password', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const { code, out, err } = await millrace(['doctor'], {
      env: {
        ...env,
        MILLRACE_DATA: file,
        MILLRACE_DATABASE_URL: 'postgres://ann:very-secret-9@127.0.0.1:1/x',
        MILLRACE_BASE_URL: 'http://millrace.example.com',
      },
    });
    assert.deepEqual([code, err], [1, '']);
    assert.doesNotMatch(out, /very-secret-9/);
    const problems = out.trimEnd().split('\n');
    assert.deepEqual(
      problems.map((line) => line.split(':')[0]),
      ['data folder', '  fix', 'database', '  fix', 'base URL', '  fix'],
    );
    assert.match(out, /file is a file\n {2}fix: Set MILLRACE_DATA to a folder\.\n/);
    assert.match(out, /database: .*127\.0\.0\.1:1/);
    assert.match(out, /in the clear\n {2}fix: Put a proxy/);
  });

  test('no sandbox is a problem, with the one line that mends it', async () => {
    const { code, out } = await millrace(['doctor', '--sandbox', 'off'], {
      env: { ...own, MILLRACE_ALLOW_UNSANDBOXED: '' },
    });
    assert.equal(code, 1);
    assert.match(out, /^sandbox: .*MILLRACE_SANDBOX is off\n {2}fix: Unset it/);
  });

  test('a wrong setting is wrong use', async () => {
    const { code, out, err } = await millrace(['doctor', '--port', 'high'], { env });
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^error: MILLRACE_PORT is "high"\nhint: /);
  });
});
