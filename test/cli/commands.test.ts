// The real command against a real server: what it prints where, how it ends, and what must not
// be printed. One table a subject.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { stripVTControlCharacters } from 'node:util';
import { millrace, onTerminal, type Ran, type RunOptions } from './kit.ts';

const escape = '\u001b';

let server: TestServer;
let folder = '';
let env: Record<string, string> = {};

const greet = `export async function main(name: string, times: number = 1) {
  console.log('greeting', name);
  return { greeting: 'hello '.repeat(times) + name };
}
`;
const files: Record<string, string> = {
  'f/tools/greet.ts': greet,
  'f/tools/fail.ts': `export function main() {
  console.log('about to fail');
  throw new TypeError('no luck');
}
`,
  'f/tools/slow.ts': `export async function main() {
  console.log('begun');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
`,
  'f/tools/steps.ts': `export async function main() {
  for (const step of [0, 1, 2]) {
    console.log('step', step);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
`,
  'f/tools/add.py': 'def main(a: int, b: int):\n    print("adding")\n    return a + b\n',
  'f/tools/say.sh': 'name="$1"\necho "said $name"\n',
  'f/tools/broken.ts': 'export function main( {\n',
  'loose.ts': greet,
};

const inTools = (name: string): string => `f/tools/${name}`;

function run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
  const argv = typeof line === 'string' ? line.split(' ') : line;
  return millrace(argv, { cwd: folder, ...options, env: { ...env, ...options.env } });
}

interface Row {
  argv: string | readonly string[];
  code?: number;
  out?: RegExp | string;
  err?: RegExp | string;
  options?: RunOptions;
}

function assertText(text: string, expected: RegExp | string | undefined, where: string): void {
  if (expected instanceof RegExp) assert.match(text, expected, where);
  else assert.equal(text, expected ?? '', where);
}

/** Runs a row and checks code, both outputs, and what no command ever prints. */
async function check({ argv, code = 0, out, err, options }: Row): Promise<void> {
  const ran = await run(argv, options);
  const said = `\n--- out\n${ran.out}\n--- err\n${ran.err}`;
  assert.equal(ran.code, code, said);
  assertText(ran.out, out, `standard output${said}`);
  assertText(ran.err, err, `standard error${said}`);
  const both = ran.out + ran.err;
  assert.ok(!both.includes(server.token), 'the token was printed');
  assert.doesNotMatch(both, /\n\s+at .*\.ts:\d+/, 'a stack trace was printed');
  assert.ok(!both.includes(escape), 'colours in a pipe');
}

// Hooks of a file's own level run after those of the kit, which stops the database.
describe('the command', () => {
  before(async () => {
    server = await startTestServer();
    const { origin, token, workspace } = server;
    env = { MILLRACE_URL: origin, MILLRACE_TOKEN: token, MILLRACE_WORKSPACE: workspace };
    folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
    mkdirSync(join(folder, 'f', 'tools'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await server.op('folders.create', { name: 'tools' });
  });

  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('script push', () => {
    const hash = '[0-9a-f]{16}';
    const rows: readonly Row[] = [
      {
        argv: 'script push f/tools/greet.ts',
        out: new RegExp(`^created  f/tools/greet  ${hash}\n$`),
      },
      {
        argv: 'script push f/tools/greet.ts',
        out: new RegExp(`^unchanged  f/tools/greet  ${hash}\n$`),
      },
      {
        argv: ['script', 'push', 'f/tools/greet.ts', '--summary', 'Greets'],
        out: new RegExp(`^new version  f/tools/greet  ${hash}\n$`),
      },
      // The summary was set above and is not in the file: it stays.
      {
        argv: 'script push f/tools/greet.ts',
        out: new RegExp(`^unchanged  f/tools/greet  ${hash}\n$`),
      },
      {
        argv: [
          'script',
          'push',
          ...'add.py say.sh fail.ts slow.ts steps.ts'.split(' ').map(inTools),
        ],
        out: /^created  f\/tools\/add .*\ncreated  f\/tools\/say .*\n(?:created .*\n){3}$/,
      },
      {
        argv: 'script push loose.ts --path f/tools/other --json',
        out: /^\[\n  \{\n    "file": "loose.ts",\n    "path": "f\/tools\/other",\n    "hash": "/,
      },
      {
        argv: 'script push loose.ts',
        code: 2,
        err: /^error: The place of loose\.ts .*\nhint: Give it: --path/,
      },
      {
        argv: 'script push gone.ts --path f/tools/x',
        code: 1,
        err: /^error: gone\.ts cannot be read: there is no such file\.\n$/,
      },
      { argv: 'script push f/tools/broken.ts', code: 1, err: /^error: script\.ts:2:1: .*\nhint: / },
      {
        argv: 'script push loose.ts --path nowhere',
        code: 1,
        err: /^error: .*a path begins with u\/<user>\/ or f\/<folder>\//,
      },
    ];
    for (const row of rows) test(String(row.argv), () => check(row));
  });

  describe('script run', { concurrency: 3 }, () => {
    const rows: readonly Row[] = [
      {
        argv: ['script', 'run', 'f/tools/greet', '-d', '{"name":"Ada"}'],
        out: '{\n  "greeting": "hello Ada"\n}\n',
        err: /^job [0-9a-f-]{36}\ngreeting Ada\nsuccess in \d+ ms\n$/,
      },
      {
        argv: ['script', 'run', 'f/tools/greet', 'name=5', 'times=2', '--quiet'],
        out: '{\n  "greeting": "hello hello 5"\n}\n',
      },
      {
        argv: 'script run f/tools/greet -d - --quiet --json',
        options: { input: '{"name":"in"}' },
        out: /^\{\n  "id": "[0-9a-f-]{36}",\n  "done": true,\n  "success": true,\n  "result": \{/,
      },
      { argv: 'script run f/tools/add a=1 b=2', out: '3\n', err: /adding\nsuccess in / },
      { argv: 'script run f/tools/say name=Bob --quiet', out: '"said Bob"\n' },
      {
        argv: 'script run f/tools/fail',
        code: 1,
        out: /^\{\n  "error": \{\n    "name": "TypeError",\n    "message": "no luck"/,
        err: /about to fail\nfailure in \d+ ms: TypeError: no luck\n$/,
      },
      {
        argv: 'script run f/tools/fail --quiet',
        code: 1,
        out: /"no luck"/,
        err: 'failure: TypeError: no luck\n',
      },
      { argv: 'script run f/tools/greet --detach name=x', out: /^[0-9a-f-]{36}\n$/ },
      {
        argv: 'script run f/tools/greet nam=x',
        code: 2,
        err: /no argument "nam"\.\nhint: Did you mean "name"\?\n$/,
      },
      { argv: 'script run f/tools/greet times=two', code: 2, err: /^error: times takes a/ },
      { argv: 'script run f/tools/greet -d {x', code: 2, err: /^error: -d is not JSON\.\nhint: / },
      {
        argv: 'script run f/tools/greet',
        code: 2,
        err: /needs name\.\nhint: millrace script run .* name=…\n$/,
      },
      {
        argv: 'script run f/tools/steps',
        out: 'null\n',
        err: /^job .*\nstep 0\nstep 1\nstep 2\nsuccess in /,
      },
      { argv: 'script run f/tools/gone', code: 1, err: /^error: .*f\/tools\/gone/ },
      {
        argv: 'script run',
        code: 2,
        err: /^error: millrace script run needs PATH\.\nhint: Usage: /,
      },
    ];
    for (const row of rows) test(String(row.argv), () => check(row));

    test('Ctrl-C cancels the job', async () => {
      let asked = false;
      const ran = await run('script run f/tools/slow', {
        onText(text, child) {
          if (asked || !text.includes('begun')) return;
          asked = true;
          child.kill('SIGINT');
        },
      });
      const id = /^job (\S+)/.exec(ran.err)?.[1] ?? '';
      assert.equal(ran.code, 130, ran.err);
      assert.match(ran.err, new RegExp(`canceled: job ${id}\n`));
      const ended = await server.op('jobs.wait', { id, waitMs: 10_000 });
      assert.equal(ended.body.success, false);
    });
  });

  describe('reading', { concurrency: 3 }, () => {
    let id = '';
    before(async () => {
      const made = await server.op('jobs.runWait', { path: 'f/tools/fail' });
      id = made.body.id;
    });
    const rows: readonly (Row & { with?: 'id' })[] = [
      {
        argv: 'script list f/tools/',
        out: /^PATH +LANGUAGE +SUMMARY .*\n(?:.*\n)*f\/tools\/greet +bun +Greets +\S/,
      },
      { argv: 'script list f/nothing/', err: 'No scripts below f/nothing/\n' },
      {
        argv: 'script list --limit 1',
        out: /^PATH.*\n.*\n$/,
        err: /^1 shown; the next with --page 2\n$/,
      },
      { argv: 'script list --json --limit 1', out: /^\[\n  \{\n    "workspaceId": / },
      {
        argv: 'script get f/tools/greet',
        out: /summary +Greets\n(?:.*\n)*arguments +name: string\n +times: \w+ = 1\n\nexport async/,
      },
      { argv: 'script get f/tools/greet --content', out: greet },
      {
        argv: 'job list --status failure --path f/tools/',
        out: /^ID +STATE +PATH +AGE +TOOK +BY\n(?:\S+ +(?:failure|canceled) +f\/tools\/.*\n)+$/,
      },
      {
        argv: 'job list --status done',
        code: 2,
        err: /--status takes queued, running, success, failure; not "done"/,
      },
      {
        argv: 'job get ID',
        with: 'id',
        out: /state +failure in \d+ ms: TypeError: no luck\n(?:.*\n)*logs +about to fail\n$/,
      },
      { argv: 'job get ID --json', with: 'id', out: /^\{\n  "type": "CompletedJob",\n/ },
      { argv: 'job logs ID', with: 'id', out: 'about to fail\n' },
      { argv: 'job logs ID --follow', with: 'id', out: 'about to fail\n', err: /^failure in / },
      {
        argv: 'job cancel ID',
        with: 'id',
        code: 1,
        err: /^error: Job .* is already over\.\nhint: /,
      },
      {
        argv: 'job get nonsense',
        code: 1,
        err: /^error: id: .*nonsense.*\nhint: See: millrace op jobs\.get --help\n$/,
      },
      {
        argv: 'job get 00000000-0000-7000-8000-000000000000',
        code: 1,
        err: /^error: Not found: job/,
      },
      {
        argv: 'op --list',
        out: /^NAME +RISK +WHAT IT DOES\n(?:.*\n)*jobs\.cancel +write +Cancel a queued/,
      },
      {
        argv: 'op jobs.list --per-page 1 --success=false',
        out: /^\[\n  \{\n    "type": "CompletedJob",/,
      },
      { argv: 'op jobs.list --perPage x', code: 2, err: /--per-page takes an integer, not "x"/ },
      {
        argv: 'op jobs.lst',
        code: 2,
        err: /There is no operation "jobs\.lst"\.\nhint: Did you mean "jobs\.list"\?/,
      },
      {
        argv: 'op jobs.list --sucess',
        code: 2,
        err: /no option --sucess\.\nhint: Did you mean --success\?/,
      },
      { argv: 'op jobs.list --help', out: /--per-page INTEGER +rows a page \(default 30\)/ },
      { argv: ['op', 'scripts.exists', '-d', '{"path":"f/tools/greet"}'], out: 'true\n' },
      { argv: 'version', out: /^millrace \d.*\nserver   \d.* at http:\/\/127\.0\.0\.1:\d+\n$/ },
      { argv: '--version', out: /^millrace \d\S*\n$/ },
      { argv: 'help', out: /Exit codes:\n {2}0 / },
      {
        argv: 'job list --help',
        out: /^List jobs, newest first\.\n\nUsage: millrace job list \[options\]/,
      },
      { argv: 'job', out: /^Usage: millrace job COMMAND/ },
      {
        argv: 'jobs',
        code: 2,
        err: /There is no command "millrace jobs"\.\nhint: Did you mean "millrace job"\?\n$/,
      },
    ];
    for (const { with: named, ...row } of rows) {
      test(String(row.argv), () =>
        check(named ? { ...row, argv: String(row.argv).replace('ID', id) } : row),
      );
    }
  });

  describe('tokens and refusals', { concurrency: 3 }, () => {
    const login = (): Record<string, string> => ({
      MILLRACE_TOKEN: '',
      MILLRACE_OWNER_EMAIL: server.owner.email,
      MILLRACE_OWNER_PASSWORD: server.owner.password,
    });

    test('token create prints the token alone, list shows it, delete ends it', async () => {
      const made = await run(
        'token create --label ci --scopes jobs:run,scripts:read --expires 90d',
        {
          env: login(),
        },
      );
      assert.equal(made.code, 0, made.err);
      assert.match(made.out, /^[A-Za-z0-9]{20,}\n$/);
      const token = made.out.trim();
      assert.doesNotMatch(made.err, new RegExp(token));
      const listed = await run('token list');
      assert.match(listed.out, /^PREFIX +LABEL +SCOPES +EXPIRES +LAST USED +CREATED\n/);
      const row = listed.out
        .split('\n')
        .find((line) => token.startsWith(line.split(' ')[0] ?? '-'));
      assert.match(row ?? '', / ci +jobs:run scripts:read +in 89d/);
      const own = { env: { MILLRACE_TOKEN: token } };
      assert.equal((await run('script get f/tools/greet --content', own)).code, 0);
      const refused = await run('job list', own);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /^error: .*scopes.*\nhint: /);
      const deleted = await run(['token', 'delete', row?.split(' ')[0] ?? '']);
      assert.match(deleted.out, /^deleted  /);
      assert.match((await run('script list', own)).err, /^error: /);
    });

    test('a token that may only run still runs, quietly', async () => {
      const token = await server.tokenWith(['jobs:run:scripts:f/tools/*']);
      const argv = ['script', 'run', 'f/tools/greet', 'name=x', '--quiet'];
      const ran = await run(argv, { env: { MILLRACE_TOKEN: token } });
      assert.equal(ran.out, '{\n  "greeting": "hello x"\n}\n', ran.err);
      const loud = await run(argv.slice(0, -1), { env: { MILLRACE_TOKEN: token } });
      assert.equal(loud.code, 1);
      assert.match(loud.err, /may not read it\.\nhint: .*--quiet/);
    });

    const rows: readonly Row[] = [
      {
        argv: 'script list',
        options: { env: { MILLRACE_TOKEN: '' } },
        code: 1,
        err: /^error: This needs a token, .*\nhint: export .*\$\(millrace token create .*\)\n$/,
      },
      {
        argv: 'script list',
        options: { env: { MILLRACE_TOKEN: 'deadbeefdeadbeef' } },
        code: 1,
        err: /^error: .*\n/,
      },
      { argv: 'script list -w nowhere', code: 1, err: /^error: / },
      {
        argv: 'script list --json',
        options: { env: { MILLRACE_TOKEN: '' } },
        code: 1,
        err: /^\{"error":\{"code":"unauthenticated","message":".*","hint":".*"\}\}\n$/,
      },
      {
        argv: 'token create --email nobody@example.com',
        options: { env: { MILLRACE_TOKEN: '', MILLRACE_OWNER_PASSWORD: 'wrong-password-1' } },
        code: 1,
        err: /^error: /,
      },
      {
        argv: 'token create',
        options: { env: { MILLRACE_TOKEN: '' } },
        code: 2,
        err: /no terminal to ask for the login on\.\nhint: Set MILLRACE_TOKEN, or /,
      },
      {
        argv: 'token create --email a@b.c',
        options: { env: { MILLRACE_TOKEN: '' } },
        code: 2,
        err: /no terminal to ask for the login on/,
      },
      { argv: 'token create --scopes everything', code: 1, err: /Unknown scope "everything"/ },
      {
        argv: 'token create --expires soon',
        code: 2,
        err: /--expires does not understand "soon"\.\nhint: Give a span/,
      },
      {
        argv: 'script list --token abcdefghijklmnop',
        code: 2,
        err: /no option --token: .*\nhint: Set MILLRACE_TOKEN instead\.\n$/,
      },
      {
        argv: 'script list',
        options: { env: { MILLRACE_URL: 'http://127.0.0.1:1' } },
        code: 1,
        err: /^error: No server at http:\/\/127\.0\.0\.1:1: .*\nhint: Start one with /,
      },
      {
        argv: 'script list',
        options: { env: { MILLRACE_URL: 'here' } },
        code: 2,
        err: /^error: MILLRACE_URL is not the address of a server\.\nhint: /,
      },
      { argv: 'start --port abc', code: 2, err: /^error: MILLRACE_PORT is "abc"\nhint: / },
    ];
    for (const row of rows) test(String(row.argv), () => check(row));
  });

  describe('on a terminal', { concurrency: 2 }, () => {
    for (const columns of [80, 120]) {
      test(`a table fits ${columns} columns and is painted`, async () => {
        const { out, code } = await onTerminal(['job', 'list'], columns, { env });
        assert.equal(code, 0, out);
        assert.ok(out.includes(`${escape}[31mfailure${escape}[39m`), out);
        const lines = stripVTControlCharacters(out).trimEnd().split('\n');
        for (const line of lines) assert.ok(line.length <= columns, line);
      });
    }

    test('NO_COLOR', async () => {
      const { out } = await onTerminal(['job', 'list'], 80, { env: { ...env, NO_COLOR: '1' } });
      assert.ok(!out.includes(escape), out);
    });

    test('the password is asked for without echo; the ready line holds the token', async () => {
      const { MILLRACE_URL = '', MILLRACE_WORKSPACE = '' } = env;
      const onText: RunOptions['onText'] = (text, child) => {
        if (text.includes('Password')) child.stdin.write(`${server.owner.password}\r`);
      };
      const ran = await onTerminal(
        ['token', 'create', '--email', server.owner.email, '--scopes', 'mcp:all'],
        120,
        { env: { MILLRACE_URL, MILLRACE_WORKSPACE }, typed: true, onText },
      );
      assert.equal(ran.code, 0, ran.out);
      assert.ok(!ran.out.includes(server.owner.password), 'the password was shown');
      assert.match(ran.out, new RegExp(`Password of ${server.owner.email}`));
      const token = /\n([A-Za-z0-9]{20,})\n/.exec(ran.out)?.[1] ?? 'none';
      const line = `claude mcp add --transport http millrace ${MILLRACE_URL}/api/mcp/w/test/mcp`;
      assert.ok(ran.out.includes(`${line} --header "Authorization: Bearer ${token}"`), ran.out);
    });
  });
});
