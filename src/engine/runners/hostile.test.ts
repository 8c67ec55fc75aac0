// Scripts that mean harm, or merely behave badly, against every kind of process, with the sandbox
// and without it. The test process plays the server: it must survive and stay unreadable.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bundle, kitLimits, openRunnersKit, type RunnersKit } from '../../../test/kit/runners.ts';
import { createLog } from '../../base/index.ts';
import { openSandbox } from '../sandbox/index.ts';
import type { Killed, RunRequest } from './runner.ts';

interface HostileCase {
  name: string;
  code: string;
  with?: Partial<RunRequest>;
  killed: Killed | null;
  /** The failure must match; absent: the run must succeed. */
  failure?: RegExp;
  value?: unknown;
}

const limits = { ...kitLimits, timeoutMs: 700 };
const patient = { ...kitLimits, timeoutMs: 60_000 };
const python = { language: 'python3' as const };
const bash = { language: 'bash' as const };
const node = { runtime: 'node' as const };
const deno = { language: 'deno' as const };

const hog = bundle(`async function main() {
  const held = [];
  for (;;) {
    held.push(new Uint8Array(4 << 20).fill(1));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}`);
const exits = bundle('async function main() { process.exit(0); }');
const spawnsForever = bundle(`
  const { spawn } = await __host.import('node:child_process');
  async function main() {
    for (;;) {
      spawn('/bin/sleep', ['60']).on('error', () => {});
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }`);
const garbage = (text: string): string =>
  bundle(`const fs = await __host.import('node:fs');
    async function main() { fs.writeSync(3, ${JSON.stringify(text)}); return 1; }`);

const cases: HostileCase[] = [
  {
    name: 'loops for ever',
    code: bundle('function main() { for (;;); }'),
    with: { limits },
    killed: 'timeout',
    failure: /limit of 0.7 s/,
  },
  {
    name: 'loops for ever, python',
    code: 'def main():\n  while True: pass',
    with: { ...python, limits },
    killed: 'timeout',
    failure: /limit of 0.7 s/,
  },
  {
    name: 'sleeps for ever, bash',
    code: 'sleep 1000',
    with: { ...bash, limits },
    killed: 'timeout',
    failure: /limit of 0.7 s/,
  },
  {
    name: 'spins in microtasks',
    code: bundle('async function main() { for (;;) await 0; }'),
    with: { limits },
    killed: 'timeout',
    failure: /0.7 s/,
  },
  {
    name: 'ignores signals',
    code: 'trap "" TERM INT; while :; do :; done',
    with: { ...bash, limits },
    killed: 'timeout',
    failure: /0.7 s/,
  },
  {
    name: 'exits',
    code: exits,
    killed: null,
    failure: /ended its process \(exit code 0\) before main returned/,
  },
  {
    name: 'exits, node',
    code: exits,
    with: node,
    killed: null,
    failure: /ended its process \(exit code 0\)/,
  },
  {
    name: 'exits, deno',
    code: bundle('function main() { Deno.exit(3); }'),
    with: deno,
    killed: 'crash',
    failure: /process ended/,
  },
  {
    name: 'exits hard, python',
    code: 'import os\ndef main():\n  os._exit(0)',
    with: python,
    killed: 'crash',
    failure: /process ended/,
  },
  {
    name: 'exits, python',
    code: 'import sys\ndef main():\n  sys.exit(4)',
    with: python,
    killed: null,
    failure: /sys.exit\(4\)/,
  },
  {
    name: 'exits, bash',
    code: 'echo before; exit 7',
    with: bash,
    killed: null,
    failure: /ExecutionErr: exit code 7.*before/s,
  },
  {
    name: 'kills itself',
    code: bundle("function main() { process.kill(process.pid, 'SIGKILL'); for (;;); }"),
    killed: 'crash',
    failure: /process ended/,
  },
  {
    name: 'allocates without end',
    code: hog,
    with: { limits: patient },
    killed: 'memory',
    failure: /limit of 512 MiB/,
  },
  {
    name: 'allocates without end, node',
    code: hog,
    with: { ...node, limits: patient },
    killed: 'memory',
    failure: /limit of 512 MiB/,
  },
  {
    name: 'fills the V8 heap',
    code: bundle(
      'function main() { const a = []; for (;;) a.push({ n: a.length, s: `x${a.length}` }); }',
    ),
    with: { ...node, limits: patient },
    killed: 'memory',
    failure: /512 MiB/,
  },
  {
    name: 'allocates without end, python',
    code: 'def main():\n  a = []\n  while True: a.append(bytearray(4 << 20))',
    with: { ...python, limits: patient },
    killed: 'memory',
    failure: /512 MiB/,
  },
  {
    name: 'forks without end, bash',
    code: 'f() { f | f & }; f; sleep 60',
    with: { ...bash, limits: patient },
    killed: 'processes',
    failure: /limit of 32/,
  },
  {
    name: 'forks without end, python',
    code: 'import os\ndef main():\n  while True: os.fork()',
    with: { ...python, limits: patient },
    killed: 'processes',
    failure: /limit of 32/,
  },
  {
    name: 'starts processes without end',
    code: spawnsForever,
    with: { limits: patient },
    killed: 'processes',
    failure: /limit of 32/,
  },
  {
    name: 'waits for nothing',
    code: bundle('function main() { return new Promise(() => {}); }'),
    killed: null,
    failure: /main never finished/,
  },
  {
    name: 'throws a string',
    code: bundle("function main() { throw 'no'; }"),
    killed: null,
    failure: /^Error: no$/,
  },
  {
    name: 'throws null',
    code: bundle('function main() { throw null; }'),
    killed: null,
    failure: /^Error: null$/,
  },
  {
    name: 'throws an object',
    code: bundle('function main() { throw { code: 5 }; }'),
    killed: null,
    failure: /^Error: {"code":5}$/,
  },
  {
    name: 'throws a trap',
    code: bundle('function main() { throw new Proxy({}, { get() { throw 1; } }); }'),
    killed: null,
    failure: /Error: /,
  },
  {
    name: 'rejects outside main',
    code: bundle(`function main() {
      Promise.reject(new Error('stray'));
      return new Promise((resolve) => setTimeout(resolve, 5000));
    }`),
    killed: null,
    failure: /Error: stray/,
  },
  {
    name: 'returns a cycle',
    code: bundle('function main() { const a = {}; a.a = a; return a; }'),
    killed: null,
    failure: /result is not JSON: /,
  },
  {
    name: 'returns a cycle, python',
    code: 'def main():\n  a = []\n  a.append(a)\n  return a',
    with: python,
    killed: null,
    failure: /result is not JSON: Circular/,
  },
  {
    name: 'returns an object, python',
    code: 'def main():\n  return object()',
    with: python,
    killed: null,
    failure: /result is not JSON: a value of type object/,
  },
  {
    name: 'returns a BigInt',
    code: bundle('function main() { return { big: 2n ** 64n }; }'),
    killed: null,
    value: { big: '18446744073709551616' },
  },
  {
    name: 'returns too much',
    code: bundle("function main() { return 'x'.repeat(3e6); }"),
    killed: null,
    failure: /3000002 bytes of JSON, more than the limit of 2000000/,
  },
  {
    name: 'returns too much, python',
    code: "def main():\n  return 'x' * 3000000",
    with: python,
    killed: null,
    failure: /more than the limit of 2000000/,
  },
  {
    name: 'returns too much, bash',
    code: 'head -c 3000000 /dev/zero | tr "\\0" x',
    with: bash,
    killed: null,
    failure: /larger than the limit of 2000000/,
  },
  {
    name: 'closes its descriptors',
    code: bundle(`const fs = await __host.import('node:fs');
      function main() { for (const fd of [1, 2, 3]) fs.closeSync(fd); }`),
    killed: 'crash',
    failure: /process ended/,
  },
  {
    name: 'closes its descriptors, python',
    code: 'import os\ndef main():\n  os.closerange(0, 64)\n  return 1',
    with: python,
    killed: 'crash',
    failure: /process ended/,
  },
  {
    name: 'writes garbage to the channel',
    code: garbage('garbage\n'),
    killed: 'crash',
    failure: /wrote to the channel/,
  },
  {
    name: 'announces a huge answer',
    code: garbage('4000000000\n'),
    killed: 'crash',
    failure: /wrote to the channel/,
  },
  {
    name: 'forges an answer',
    code: garbage('11\nS x 1\n"fake"'),
    killed: 'crash',
    failure: /wrote to the channel/,
  },
  {
    name: 'replaces what the harness uses',
    code: bundle(`function main() {
      JSON.stringify = () => 'no';
      Array.prototype.push = Promise.prototype.then = Object.keys = null;
      return [1];
    }`),
    killed: null,
    value: [1],
  },
];

async function check(kit: RunnersKit, each: HostileCase): Promise<void> {
  const outcome = await kit.run(each.code, each.with ?? {});
  assert.equal(outcome.killed, each.killed, outcome.resultJson);
  assert.equal(outcome.success, each.failure === undefined, outcome.resultJson);
  if (each.failure === undefined) assert.deepEqual(outcome.value, each.value);
  else assert.match(outcome.failure, each.failure);
  const next = await kit.run(bundle("function main() { return 'alive'; }"), {
    identity: each.name,
  });
  assert.equal(next.value, 'alive');
}

const killsParent = {
  javascript: bundle("function main() { try { process.kill(process.ppid, 'SIGKILL'); } catch {} }"),
  python: `import os
def main():
  try: os.kill(os.getppid(), 9)
  except PermissionError: pass`,
};

/** Only where runs are confined: nothing keeps a process from others of its own account. */
function confinedTests(kitOf: () => RunnersKit): void {
  test('kills its parent: the server lives, and so does the next run', async () => {
    const kit = kitOf();
    for (const each of [node, {}, deno]) await kit.run(killsParent.javascript, each);
    await kit.run(killsParent.python, python);
    assert.equal((await kit.run(bundle('function main() { return 2; }'), node)).value, 2);
    assert.equal((await kit.run('def main():\n  return 3', python)).value, 3);
  });

  test('cannot read the environment or memory of the server', async () => {
    const kit = kitOf();
    for (const file of ['environ', 'mem', 'maps', 'fd/0', 'cwd/package.json']) {
      const read = await kit.run(`head -c 1 /proc/${process.pid}/${file}`, bash);
      assert.match(read.failure, /Permission denied|No such file/, file);
    }
    const first = await kit.run("cat /proc/1/environ | tr '\\0' '\\n' | cut -d= -f1", bash);
    const names = first.logs.split('\n').filter((name) => /^[A-Z_]+$/.test(name));
    assert.deepEqual(
      names.filter((name) => /MILLRACE|NODE|SECRET|TOKEN|SSH|PASSWORD/.test(name)),
      [],
    );
  });
}

// Without bubblewrap only root can give runs an account of their own.
const probe = await openSandbox({ mode: 'auto', log: createLog('error') });
await probe.close();
const root = process.getuid?.() === 0;

for (const mode of ['auto', 'off', 'bare'] as const) {
  describe(`hostile scripts, sandbox ${mode}`, () => {
    let kit: RunnersKit;
    before(async () => {
      kit = await openRunnersKit(mode);
    });
    after(() => kit.close());

    // Control groups matter only where something is ended from outside.
    for (const each of cases.filter(({ killed }) => mode !== 'bare' || killed !== null)) {
      test(each.name, () => check(kit, each));
    }
    if (root || (mode === 'auto' && probe.kind === 'bwrap')) confinedTests(() => kit);

    test('prints a gigabyte: the log is cut with a mark, the run ends well', async () => {
      const small = { ...patient, maxLogBytes: 10_000 };
      const code = 'head -c 1000000000 /dev/zero | tr "\\0" "\\n"; echo end';
      const outcome = await kit.run(code, { ...bash, limits: small });
      assert.equal(outcome.value, 'end');
      assert.match(outcome.logs, /\n\[log cut: more than the limit of 10000 bytes\]\n$/);
      assert.ok(outcome.logs.length < 10_100);
    });
  });
}
