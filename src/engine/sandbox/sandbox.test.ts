// What a confined command can see and do, for each kind of sandbox that this machine has.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AppError, createLog } from '../../base/index.ts';
import { openSandbox, type Sandbox, type SandboxCommand } from './index.ts';

const log = createLog('error');
const root = process.getuid?.() === 0;

interface Ended {
  code: number;
  out: string;
}

function runWrapped(sandbox: Sandbox, command: Partial<SandboxCommand>): Promise<Ended> {
  const { file, argv, env, cwd } = sandbox.wrap({
    argv: ['/bin/true'],
    readOnly: [],
    writable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: true,
    ...command,
  });
  return new Promise((resolve) => {
    execFile(file, argv, { env, cwd }, (error, out, complaint) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out + complaint });
    });
  });
}

const shell = (
  sandbox: Sandbox,
  line: string,
  more: Partial<SandboxCommand> = {},
): Promise<Ended> => runWrapped(sandbox, { argv: ['/bin/sh', '-c', line], ...more });

const folder = await mkdtemp(join(tmpdir(), 'millrace-sandbox-'));
await chmod(folder, 0o711);
// Opened before the tests are declared, because what there is to test depends on its kind.
const sandbox = await openSandbox({ mode: 'auto', log });
after(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function bubblewrapTests(): void {
  test('what is not given does not exist', async () => {
    const line = `for p in ${folder} ${process.cwd()} /root /home /etc/shadow /sys /var/lib /opt
      do [ -e $p ] && echo $p; done; ls -A /tmp/job; pwd; cat /etc/passwd | wc -l; whoami`;
    const { out } = await shell(sandbox, line);
    assert.equal(out, '/tmp/job\n3\nmillrace\n');
  });

  test('no process outside is seen, none inside has a capability', async () => {
    const { out } = await shell(
      sandbox,
      'ls /proc | grep -c "^[0-9]"; grep CapEff /proc/self/status',
    );
    const [count, capabilities] = out.split('\n');
    assert.ok(Number(count) <= 5, out);
    assert.equal(capabilities, 'CapEff:\t0000000000000000');
    const nested = await shell(sandbox, 'unshare -Ur true');
    assert.notEqual(nested.code, 0);
  });

  test('the system is read-only, memory folders are small', async () => {
    for (const path of ['/x', '/usr/x', '/etc/x', '/dev/x', '/proc/sys/kernel/x']) {
      assert.notEqual((await shell(sandbox, `echo >${path}`)).code, 0, path);
    }
    assert.equal((await shell(sandbox, 'echo >/tmp/x && echo >/tmp/job/x')).code, 0);
    const full = await shell(sandbox, 'head -c 1G /dev/zero >/tmp/big');
    assert.match(full.out, /No space left/);
  });

  test('the network is shared, or not there at all', async () => {
    const line = 'cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " \n"';
    assert.equal((await shell(sandbox, line, { network: false })).out, 'lo');
  });
}

if (sandbox.kind === 'bwrap') describe('bubblewrap', bubblewrapTests);

describe('sandbox', () => {
  for (const mode of ['auto', 'off'] as const) {
    test(`sandbox ${mode}: reads what it is given, writes its folder only`, async () => {
      const opened = await openSandbox({ mode, log });
      const given = join(folder, `${mode}.txt`);
      const work = join(folder, `${mode}-work`);
      await writeFile(given, 'content');
      await mkdir(work);
      await writeFile(join(work, 'before'), 'x');
      const readable = await opened.reachable(given);
      const line = `cat ${readable}; echo made >made; echo more >>before; echo no >>${readable}`;
      const ended = await shell(opened, line, { readOnly: [readable], workFolder: work });
      assert.notEqual(ended.code, opened.kind === 'none' ? -1 : 0, ended.out);
      assert.match(ended.out, /^content/);
      assert.equal(await readFile(join(work, 'made'), 'utf8'), 'made\n');
      assert.equal(await readFile(join(work, 'before'), 'utf8'), 'xmore\n');
      await opened.close();
    });
  }
});

function accountTests(): void {
  test('as root every command has an account of its own, without privileges', async () => {
    const opened = await openSandbox({ mode: 'off', log });
    assert.equal(opened.kind, 'uid');
    assert.match(opened.reason ?? '', /MILLRACE_SANDBOX is off/);
    const [one, two] = [opened.newAccount(), opened.newAccount()];
    assert.ok(one !== null && two !== null && one !== two && one > 60_000);
    const ended = await shell(opened, 'id -u; id -G; grep NoNewPrivs /proc/self/status', {
      account: one,
    });
    assert.equal(ended.out, `${one}\n${one}\nNoNewPrivs:\t1\n`);
    await opened.close();
  });

  test('files below a closed home are copied to where accounts can read them', async () => {
    const opened = await openSandbox({ mode: 'off', log });
    const home = join(folder, 'home');
    await mkdir(home, { mode: 0o700 });
    await writeFile(join(home, 'tool'), '#!/bin/sh\necho reached\n', { mode: 0o755 });
    await writeFile(join(home, 'beside'), 'x', { mode: 0o600 });
    assert.equal(opened.canReach(join(home, 'tool')), false);
    const inside = { argv: ['/bin/true'], readOnly: [], writable: [], env: {}, network: true };
    assert.throws(() => opened.wrap({ ...inside, workFolder: join(home, 'work') }), /cannot reach/);
    const tool = await opened.reachable(join(home, 'tool'));
    const beside = await opened.reachable(join(home, 'beside'));
    assert.equal(join(tool, '..'), join(beside, '..'));
    assert.equal((await shell(opened, `cat ${beside}; ${tool}`)).out, 'xreached\n');
    assert.equal((await stat(join(home, 'beside'))).mode & 0o777, 0o600);
    await opened.close();
    await assert.rejects(stat(tool), { code: 'ENOENT' });
  });
}

if (root && process.platform === 'linux') describe('accounts', accountTests);

test('insisting on bubblewrap where it is fails only where it is not', async () => {
  const opening = openSandbox({ mode: 'bwrap', log });
  if (sandbox.kind === 'bwrap') {
    await (await opening).close();
    return;
  }
  await assert.rejects(
    opening,
    (error) => error instanceof AppError && error.code === 'unavailable',
  );
});
