// What a script sees and what its caller gets back, for each language and kind of process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { bundle, kitLimits, openRunnersKit, type RunnersKit } from '../../../test/kit/runners.ts';
import type { RunRequest } from './runner.ts';

const python = { language: 'python3' as const };
const bash = { language: 'bash' as const };
const javascript = [
  { language: 'bun' as const },
  { language: 'bun' as const, runtime: 'node' as const },
  { language: 'deno' as const },
  { language: 'nativets' as const },
];
const called = ({ language, runtime }: Partial<RunRequest>): string =>
  `${language} ${runtime ?? ''}`;

for (const mode of ['auto', 'off'] as const) {
  describe(`runs, sandbox ${mode}`, () => {
    let kit: RunnersKit;
    before(async () => {
      kit = await openRunnersKit(mode);
    });
    after(() => kit.close());

    test('arguments come by name; unknown ones are ignored, absent ones undefined', async () => {
      const args = { b: { deep: [1] }, a: 'x', unknown: true };
      const parameters = ['a', 'b', 'c'];
      const code = bundle('function main(a, b, c = 7, ...rest) { return { a, b, c, rest }; }');
      const expected = { a: 'x', b: { deep: [1] }, c: 7, rest: [] };
      for (const each of javascript) {
        assert.deepEqual((await kit.run(code, { ...each, args, parameters })).value, expected);
      }
      const source = 'def main(a, b, c=7):\n  return {"a": a, "b": b, "c": c}';
      const inPython = await kit.run(source, { ...python, args, parameters });
      assert.deepEqual(inPython.value, { a: 'x', b: { deep: [1] }, c: 7 });
      const inBash = await kit.run('echo "$#|$1|$2|$3"', { ...bash, args, parameters });
      assert.equal(inBash.value, '3|x|{"deep":[1]}|');
    });

    test('variables of a run are there during it and gone after it', async () => {
      const code = bundle('function main() { return process.env.WM_TOKEN ?? null; }');
      for (const each of javascript) {
        const first = await kit.run(code, { ...each, env: { WM_TOKEN: 'one' } });
        assert.equal(first.value, 'one', called(each));
        assert.equal((await kit.run(code, each)).value, null, called(each));
      }
      const env = { WM_TOKEN: "it's $one" };
      assert.equal((await kit.run('echo "$WM_TOKEN"', { ...bash, env })).value, "it's $one");
      const source = 'import os\ndef main():\n  return os.environ.get("WM_TOKEN")';
      assert.equal((await kit.run(source, { ...python, env })).value, "it's $one");
      assert.equal((await kit.run(source, python)).value, null);
    });

    test('a promise that a run leaves behind rejected fails no later run', async () => {
      const turns = 'await null; '.repeat(5);
      const body = `if (n % 2) (async () => { ${turns} throw new Error("late"); })(); return n;`;
      const code = bundle(`async function main(n) { ${body} }`);
      for (const each of javascript) {
        for (let n = 0; n < 10; n += 1) {
          const { value } = await kit.run(code, { ...each, args: { n }, parameters: ['n'] });
          if (n % 2 === 0) assert.equal(value, n, called(each));
        }
      }
    });

    test('nothing of the server is in the environment', async () => {
      const outcome = await kit.run('env | cut -d= -f1 | sort | tr "\\n" " "', bash);
      const names = String(outcome.value).trim().split(' ');
      const known = [
        'MILLRACE_RUNNER',
        'HOME',
        'LANG',
        'PATH',
        'PWD',
        'SHLVL',
        'TMPDIR',
        'TZ',
        'USER',
        '_',
      ];
      assert.deepEqual(
        names.filter((name) => !known.includes(name) && name !== 'OLDPWD'),
        [],
      );
    });

    test('module state, globals, folder and environment do not survive a run', async () => {
      const code = bundle(`let count = 0;
        const path = 'left.txt';
        const fs = await __host.import('node:fs');
        function main() {
          count += 1;
          const seen = { count, left: globalThis.left ?? 0, cwd: process.cwd(),
            env: process.env.LEFT ?? null, file: fs.existsSync(path), same: fs.left ?? null };
          globalThis.left = 1;
          globalThis.structuredClone = null;
          process.env.LEFT = 'x';
          process.env.PATH = '/nowhere';
          fs.writeFileSync(path, 'x');
          fs.left = 1;
          console.log = () => {};
          process.on('uncaughtException', () => {});
          process.chdir('/');
          return { ...seen, path: process.env.PATH.length, clone: typeof structuredClone };
        }`);
      for (const each of [{}, { runtime: 'node' as const }]) {
        const first = await kit.run(code, each);
        await kit.idle();
        const second = await kit.run(code, each);
        assert.equal(first.success, true, first.resultJson);
        assert.deepEqual(second.value, first.value);
      }
    });

    test('a warm process is used again, one that changed built-ins is not', async () => {
      const born = 'performance.timeOrigin';
      const clean = bundle(`function main() { return ${born}; }`);
      const dirty = bundle(`function main() {
        const seen = [][Symbol.for('trace')] ?? null;
        Array.prototype[Symbol.for('trace')] = 1;
        return [${born}, seen];
      }`);
      const patch = bundle(`function main() {
        const seen = JSON.stringify([1]);
        JSON.stringify = () => 'patched';
        return seen;
      }`);
      for (const each of javascript) {
        const { value } = await kit.run(clean, each);
        await kit.idle();
        assert.equal((await kit.run(clean, each)).value, value, called(each));
        const [first, second] = [await kit.run(dirty, each), await kit.run(dirty, each)];
        assert.deepEqual(
          [(first.value as unknown[])[1], (second.value as unknown[])[1]],
          [null, null],
        );
        assert.notEqual((first.value as unknown[])[0], (second.value as unknown[])[0]);
        for (let round = 0; round < 2; round += 1) {
          assert.equal((await kit.run(patch, each)).value, '[1]', called(each));
        }
      }
    });

    test('a run that left a timer has answered, and is not followed in its process', async () => {
      const code = bundle(`function main() {
        setInterval(() => console.log('late'), 1);
        return performance.timeOrigin;
      }`);
      for (const each of javascript) {
        const [first, second] = [await kit.run(code, each), await kit.run(code, each)];
        assert.equal(first.success, true, first.resultJson);
        assert.notEqual(first.value, second.value, called(each));
        assert.equal(second.logs, '');
      }
    });

    test('a run that used the network is followed in its process', async () => {
      const server = createServer((_request, response) => response.end('pong'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const code = bundle(`async function main(port) {
        const answer = await (await fetch('http://127.0.0.1:' + port)).text();
        return [answer, performance.timeOrigin];
      }`);
      for (const each of javascript) {
        const more = { ...each, parameters: ['port'], args: { port } };
        const first = await kit.run(code, more);
        assert.equal((first.value as string[])[0], 'pong', `${called(each)} ${first.resultJson}`);
        await kit.idle();
        // The connection that was kept is closed between the runs, as servers do after a while.
        server.closeAllConnections();
        assert.deepEqual((await kit.run(code, more)).value, first.value, called(each));
      }
      server.close();
    });

    test('what follows a run that computed begins anew, in its process', async () => {
      const code = bundle(`let count = 0;
        function main(ms) {
          const end = performance.now() + ms;
          while (performance.now() < end) count += 1;
          const seen = count > 0 && ms === 0;
          if (ms > 0) return performance.timeOrigin;
          throw new Error(seen + ' ' + performance.timeOrigin);
        }`);
      for (const each of javascript) {
        const run = (ms: number) => kit.run(code, { ...each, parameters: ['ms'], args: { ms } });
        const { value: origin } = await run(30);
        assert.equal((await run(30)).value, origin, called(each));
        const { error } = (await run(0)).value as { error: { message: string; stack: string } };
        assert.equal(error.message, `false ${String(origin)}`, called(each));
        assert.match(error.stack, /main \(script\.js:7:\d+\)/, `${called(each)} ${error.stack}`);
        assert.doesNotMatch(error.stack, /harness/);
      }
    });

    test('deno reads and writes its own folder only, and starts nothing', async () => {
      const language = 'deno' as const;
      const table: [string, RegExp][] = [
        ["Deno.readTextFileSync('/etc/hostname')", /NotCapable/],
        ["Deno.writeTextFileSync('/tmp/x', '')", /NotCapable/],
        ["new Deno.Command('true').outputSync()", /NotCapable/],
        ["Deno.dlopen('libc.so.6', {})", /NotCapable/],
        ["(Deno.writeTextFileSync('a', 'x'), Deno.readTextFileSync('a'))", /^$/],
      ];
      for (const [expression, failure] of table) {
        const outcome = await kit.run(bundle(`function main() { return ${expression}; }`), {
          language,
        });
        assert.match(outcome.failure, failure, expression);
      }
    });

    test('standard input is at its end', async () => {
      const code = bundle(`async function main() {
        let text = '';
        for await (const chunk of process.stdin) text += chunk;
        return text;
      }`);
      for (const each of javascript) assert.equal((await kit.run(code, each)).value, '');
      assert.equal((await kit.run('cat; echo end', bash)).value, 'end');
      const source = 'import sys\ndef main():\n  return sys.stdin.read()';
      assert.equal((await kit.run(source, python)).value, '');
    });

    test('a run that left a process behind is not followed in its process', async () => {
      const code = bundle(`const { spawn } = await __host.import('node:child_process');
        function main(line) {
          const child = spawn('/bin/sh', ['-c', line], { stdio: 'inherit', detached: true });
          child.unref();
          return performance.timeOrigin;
        }`);
      for (const line of ['sleep 0.01; echo late; sleep 100', '(sleep 100; echo late) & exit 0']) {
        for (const each of [{}, { runtime: 'node' as const }]) {
          const more = { ...each, parameters: ['line'], args: { line } };
          const [first, second] = [await kit.run(code, more), await kit.run(code, more)];
          assert.equal(first.success, true, first.resultJson);
          assert.notEqual(first.value, second.value, `${each.runtime} ${line}`);
          assert.doesNotMatch(second.logs, /late.*late/s);
        }
      }
    });

    test('identities and script versions never share a process', async () => {
      const code = bundle('function main() { return performance.timeOrigin; }');
      const born = async (more: Partial<RunRequest>): Promise<unknown> => {
        await kit.idle();
        return (await kit.run(code, more)).value;
      };
      const all = [
        await born({ identity: 'ann' }),
        await born({ identity: 'ann' }),
        await born({ identity: 'bob' }),
        await born({ identity: 'ann', codeHash: 'another' }),
        await born({ identity: 'ann', isolation: 'fresh' }),
      ];
      assert.equal(all[0], all[1]);
      assert.equal(new Set(all).size, 4);
      const parent =
        'import os\ndef main():\n  return os.stat("/proc/self/ns/pid").st_ino, os.getppid()';
      const ids = async (identity: string): Promise<string> =>
        (await kit.run(parent, { ...python, identity })).resultJson;
      assert.equal(await ids('ann'), await ids('ann'));
      assert.notEqual(await ids('ann'), await ids('bob'));
    });

    test('both outputs are the log, in order, and belong to their run', async () => {
      const code = bundle(`function main(n) {
        console.log('one', n); console.error('two', { n }); process.stdout.write('three ü\\n');
        process.stderr.write('four\\n'); console.warn('five');
      }`);
      for (const each of javascript) {
        const runs = [1, 2, 3].map((n) =>
          kit.run(code, { ...each, parameters: ['n'], args: { n } }),
        );
        for (const [index, { logs }] of (await Promise.all(runs)).entries()) {
          const n = index + 1;
          assert.match(
            logs,
            new RegExp(`^one ${n}\\ntwo \\{\\s*n: ${n},?\\s*\\}\\nthree ü\\nfour\\nfive\\n$`),
            called(each),
          );
        }
      }
      const shell = await kit.run('echo one; echo two >&2; echo three', bash);
      assert.equal(shell.logs, 'one\ntwo\nthree\n');
      const source =
        'import sys, os\ndef main():\n  print("one")\n  print("two", file=sys.stderr)' +
        '\n  os.system("echo three")';
      assert.equal((await kit.run(source, python)).logs, 'one\ntwo\nthree\n');
    });

    test('results of TypeScript', async () => {
      const table: [string, unknown][] = [
        ['return undefined', null],
        ['return () => 1', null],
        ['return { f() {}, d: new Date(0), n: NaN }', { d: '1970-01-01T00:00:00.000Z', n: null }],
        ['return [1n, "ü\\ud800"]', ['1', 'ü\ud800']],
        ['return (async function* () { yield "a"; yield { b: 1 }; })()', 'a{"b":1}'],
      ];
      for (const each of javascript) {
        for (const [body, value] of table) {
          const outcome = await kit.run(bundle(`function main() { ${body} }`), each);
          assert.deepEqual(outcome.value, value, `${called(each)}: ${body} ${outcome.resultJson}`);
        }
      }
    });

    test('results of Python', async () => {
      const source = `
import datetime, decimal, dataclasses, enum, uuid
@dataclasses.dataclass
class P:
  x: int
class E(enum.Enum):
  A = 'a'
async def main():
  return {'d': datetime.date(2024, 1, 2), 't': datetime.datetime(2024, 1, 2, 3, 4, 5), 'b': b'abc',
    'n': decimal.Decimal('1.50'), 'p': P(1), 'e': E.A, 's': {1}, 'nan': float('nan'), 'u': 'ü'}`;
      assert.deepEqual((await kit.run(source, python)).value, {
        d: '2024-01-02',
        t: '2024-01-02T03:04:05',
        b: 'YWJj',
        n: '1.50',
        p: { x: 1 },
        e: 'a',
        s: [1],
        nan: null,
        u: 'ü',
      });
      assert.equal((await kit.run('def main():\n  yield "a"\n  yield "b"', python)).value, 'ab');
    });

    test('results of Bash', async () => {
      const table: [string, unknown][] = [
        ['echo first; echo 42', 42],
        ['echo \'{"a":[1]}\'; echo', { a: [1] }],
        ['echo plain text', 'plain text'],
        ['printf "no end"', 'no end'],
        [':', ''],
        ['echo \'{"a":1}\' >result.json; echo other', { a: 1 }],
        ['printf "from file\\n" >./result.out; echo other', 'from file'],
      ];
      for (const [code, value] of table) {
        const outcome = await kit.run(code, bash);
        assert.deepEqual(outcome.value, value, `${code}: ${outcome.resultJson}`);
      }
      const failing = await kit.run('echo a; false; echo never', bash);
      assert.match(failing.failure, /^ExecutionErr: exit code 1, last log lines:\na$/);
    });

    test('errors say where in the script', async () => {
      const code = bundle('\nfunction main() {\n  throw new TypeError("boom");\n}');
      for (const each of javascript) {
        const { value } = await kit.run(code, each);
        const { error } = value as { error: { name: string; message: string; stack: string } };
        assert.equal(error.name, 'TypeError');
        assert.equal(error.message, 'boom');
        assert.match(error.stack, /main \(script\.js:3:\d+\)/, `${called(each)} ${error.stack}`);
        assert.doesNotMatch(error.stack, /harness/);
      }
      const inPython = await kit.run('\ndef main():\n  raise KeyError("k")', python);
      const { error } = inPython.value as { error: { name: string; stack: string } };
      assert.equal(error.name, 'KeyError');
      assert.match(error.stack, /File "script.py", line 3, in main\n {4}raise KeyError/);
      assert.doesNotMatch(error.stack, /python\.py/);
    });

    test('another entrypoint, and one that is not there', async () => {
      const code = 'return { main() { return 1; }, preprocessor() { return 2; }, x: 5 };';
      assert.equal((await kit.run(code, { entrypoint: 'preprocessor' })).value, 2);
      const absent = await kit.run(code, { entrypoint: 'x' });
      assert.match(absent.failure, /no function named "x" \(it exports: main, preprocessor\)/);
      const inPython = await kit.run('def other(): pass', python);
      assert.match(inPython.failure, /no function named "main" \(it defines: other\)/);
    });

    test('a cancellation ends a run at once, and one before the start runs nothing', async () => {
      const table = [
        { code: bundle("async function main() { console.log('on'); for (;;); }"), with: {} },
        { code: 'echo on; sleep 100', with: bash },
        { code: 'def main():\n  print("on")\n  while True: pass', with: python },
      ];
      for (const each of table) {
        const canceller = new AbortController();
        const outcome = await kit.run(each.code, {
          ...each.with,
          signal: canceller.signal,
          onLog: () => canceller.abort(),
        });
        assert.equal(outcome.killed, 'canceled');
        assert.match(outcome.failure, /^Canceled: /);
      }
      const signal = AbortSignal.abort();
      const early = await kit.run(bundle("function main() { console.log('ran'); }"), { signal });
      assert.deepEqual([early.killed, early.logs], ['canceled', '']);
    });

    test('a run that is ended takes no other of the same person with it', async () => {
      const limits = { ...kitLimits, timeoutMs: 400 };
      const slow = 'import time, subprocess\ndef main():\n  subprocess.run(["sleep", "100"])';
      const fine = 'import time\ndef main():\n  time.sleep(0.9)\n  return 5';
      const [ended, kept] = await Promise.all([
        kit.run(slow, { ...python, limits }),
        kit.run(fine, python),
      ]);
      assert.deepEqual([ended.killed, kept.value], ['timeout', 5]);
    });

    test('eight runs of one script at a time', async () => {
      const code = bundle(`async function main(n) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return n;
      }`);
      const runs = Array.from({ length: 16 }, (_, n) =>
        kit.run(code, { parameters: ['n'], args: { n } }),
      );
      const values = (await Promise.all(runs)).map(({ value }) => value);
      assert.deepEqual(
        values,
        Array.from({ length: 16 }, (_, n) => n),
      );
      assert.ok(kit.runners.status().processes.warm >= 2);
    });

    test('large arguments, results and code pass whole', async () => {
      const text = 'ü'.repeat(300_000);
      const padding = `/* ${'p'.repeat(300_000)} */`;
      const more = { parameters: ['text'], args: { text } };
      const code = bundle(`${padding} function main(text) { return text; }`);
      for (const each of javascript) {
        assert.equal((await kit.run(code, { ...each, ...more })).value, text);
      }
      const inPython = await kit.run('def main(text): return text', { ...python, ...more });
      assert.equal(inPython.value, text);
      // One argument of a program holds 128 KiB at most, by the kernel.
      const args = { text: text.slice(0, 60_000) };
      const inBash = await kit.run('echo "$1"', { ...bash, parameters: ['text'], args });
      assert.equal(inBash.value, args.text);
    });

    test('what is reported: languages, sandbox, memory', async () => {
      const { value, memPeakKb, durationMs } = await kit.run(
        bundle('function main() { return 1; }'),
      );
      assert.equal(value, 1);
      assert.ok(memPeakKb !== null && memPeakKb > 5000 && durationMs > 0);
      const status = kit.runners.status();
      assert.equal(status.sandbox.kind, kit.sandbox.kind);
      assert.equal(status.sandbox.reason === null, status.sandbox.kind === 'bwrap');
      assert.ok(status.processes.warm > 0 && status.memoryBytes > 0);
      // The one language whose program the tests cannot install.
      const isBrought = (name: string): boolean => name !== 'powershell';
      const here = kit.runners.languages.filter(isBrought).join(' ');
      assert.equal(
        here,
        'bun deno nativets bunnative python3 bash php ruby go postgresql mysql graphql',
      );
      for (const { language, available, version, reason } of status.languages) {
        assert.equal(available, version !== null && reason === null);
        if (isBrought(language)) assert.ok(available, language);
        else assert.match(reason ?? 'needs pwsh', /needs pwsh/);
      }
    });
  });
}

test('the memory cap ends idle processes, the one unused for longest first', async () => {
  const memoryCapBytes = 60 * 1_048_576;
  const kit = await openRunnersKit('auto', { memoryCapBytes });
  try {
    const code = bundle('function main() { return performance.timeOrigin; }');
    const born: unknown[] = [];
    for (let person = 0; person < 8; person += 1) {
      born.push((await kit.run(code, { identity: `${person}` })).value);
      await kit.idle();
    }
    const status = kit.runners.status();
    assert.equal(status.memoryCapBytes, memoryCapBytes);
    assert.ok(status.processes.warm < 8, `${status.processes.warm} processes`);
    assert.equal((await kit.run(code, { identity: '7' })).value, born[7]);
    assert.notEqual((await kit.run(code, { identity: '0' })).value, born[0]);
  } finally {
    await kit.close();
  }
});
