// The template job-reader, end to end: deployed by the command line, it clones a real repository,
// keeps a schedule for each job file, and runs its program with a delegated token alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { millrace, type Ran } from '../cli/kit.ts';
import { type GitServer, startGit } from '../kit/git.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { tick } from '../kit/ticks.ts';

const reader = 'f/jobs/job_reader';
const secrets = { jira: 'jira-key-of-the-owner', git: 'git-token-of-the-owner' };

const digest = (more = '') => `name: weekly-digest
description: What is late
schedule: "30 7 * * 1"
timezone: Europe/Berlin
args: {issue: PAY-1}
gateway-services:
  - jira: [read]
script: |
  import os
  def main(issue):
      found = mcpgate.jira_read_actions(action="get_issue", issue_key=issue)
      with open(f"/proc/{os.getppid()}/environ", "rb") as file:
          above = file.read()
      return {"summary": found["summary"], "env": dict(os.environ), "above": repr(above)}
${more}`;

const typescript = `name: by-typescript
schedule: "0 6 1 1 *"
gateway-services: {jira: [read]}
language: typescript
args: {issue: PAY-1}
entrypoint: jobs/read.ts
env: {MODE: quick}
`;
const typescriptProgram = `import { millrace } from 'millrace';
import { readFileSync } from 'node:fs';
export async function main({ issue }: { issue: string }) {
  const { summary } = await millrace.jira.read({ action: 'get_issue', issue_key: issue });
  const above: string[] = [];
  for (const file of ['environ', 'mem', 'maps']) {
    try {
      above.push(readFileSync(\`/proc/\${process.ppid}/\${file}\`, 'latin1'));
    } catch (error) {
      above.push((error as { code: string }).code);
    }
  }
  return { summary, mode: process.env.MODE, env: { ...process.env }, above };
}
`;
const shell = `name: by-bash
schedules:
  - "0 5 * * *"
  - {cron: "0 17 * * *", timezone: UTC}
enabled: false
language: bash
script: echo hello from $HOME
`;

describe('the job reader', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let git: GitServer;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const command = (line: string): Promise<Ran> =>
    millrace(line.split(' '), {
      env: {
        MILLRACE_URL: server.origin,
        MILLRACE_TOKEN: server.token,
        MILLRACE_WORKSPACE: 'test',
      },
    });
  const source = () => ({ repository: git.url, token_variable: 'f/jobs/git_token' });

  async function sync(args: object = source()): Promise<any> {
    const { success, result } = await ok('jobs.runFlowWait', { path: reader, args });
    assert.equal(success, true, JSON.stringify(result));
    return result;
  }
  const schedules = async (): Promise<any[]> =>
    (await ok('schedules.list', { scriptPath: reader })).toSorted((a: any, b: any) =>
      a.path < b.path ? -1 : 1,
    );

  async function approve(name: string): Promise<void> {
    const pending: any[] = await ok('gatewayGrants.list', { status: 'pending' });
    const grant = pending.find(({ flowPath }) => flowPath === `${reader}#${git.url}:${name}`);
    assert.ok(grant, JSON.stringify(pending));
    await ok('gatewayGrants.approve', { id: grant.id, codeHash: grant.codeHash });
  }

  before(async () => {
    [jira, git] = await Promise.all([startJira(), startGit()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    const account = 'owner@example.com';
    await ok('credentials.set', { service: 'jira', account, secret: secrets.jira });
    await ok('delegation.set', { enabled: true });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    git.commit({
      '.windmill/job.yml': digest(),
      'jobs/.windmill/job.yml': typescript,
      'jobs/read.ts': typescriptProgram,
      'other/.windmill/job.yml': shell,
      'wrong/.windmill/job.yml': 'name: wrong\nschedule: "61 * * * *"\nscript: x\ncolour: red\n',
      'events/.windmill/job.yml': 'name: events\non: push\nscript: x\n',
    });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    await git?.stop();
  });

  test('is listed, and deployed by one command, again without harm', async () => {
    const listed = await command('templates list');
    assert.match(listed.out, /^job-reader {2}Runs the \.windmill\/job\.yml files/);
    const unknown = await command('templates add job-raeder');
    assert.deepEqual([unknown.code, /Did you mean job-reader/.test(unknown.err)], [2, true]);
    const added = await command('templates add job-reader');
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /created {2}f\/jobs\/job_reader\n[^]*schedules\.create/);
    assert.match((await command('templates add job-reader')).out, /updated/);
    await ok('variables.create', {
      path: 'f/jobs/git_token',
      value: secrets.git,
      isSecret: true,
    });
  });

  test('keeps one schedule a time of each file, and says what is wrong where', async () => {
    git.secret = secrets.git;
    const report = await sync();
    assert.deepEqual(report.created, [
      'f/jobs/weekly_digest',
      'f/jobs/by_typescript',
      'f/jobs/by_bash',
      'f/jobs/by_bash_2',
    ]);
    const wrong = report.problems.map((one: any) => [one.file, one.line, one.column]);
    assert.deepEqual(wrong, [
      ['events/.windmill/job.yml', 2, 1],
      ['wrong/.windmill/job.yml', 2, 11],
      ['wrong/.windmill/job.yml', 4, 1],
    ]);
    assert.match(report.problems[0].message, /on has events/);
    const made = await schedules();
    assert.deepEqual(
      made.map((one) => [one.path, one.schedule, one.timezone, one.enabled, one.args.file]),
      [
        ['f/jobs/by_bash', '0 0 5 * * *', 'UTC', false, 'other/.windmill/job.yml'],
        ['f/jobs/by_bash_2', '0 0 17 * * *', 'UTC', false, 'other/.windmill/job.yml'],
        ['f/jobs/by_typescript', '0 0 6 1 1 *', 'UTC', true, 'jobs/.windmill/job.yml'],
        ['f/jobs/weekly_digest', '0 30 7 * * 1', 'Europe/Berlin', true, '.windmill/job.yml'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(made), /git-token/);
  });

  test('changes what changed, removes what is gone, and leaves the rest alone', async () => {
    const standing = await schedules();
    const again = await sync();
    assert.deepEqual([again.created, again.updated, again.removed], [[], [], []]);
    assert.deepEqual(await schedules(), standing, 'nothing was written');
    git.commit({
      '.windmill/job.yml': digest().replace('30 7', '45 7'),
      'other/.windmill/job.yml': null,
      // What was right is wrong for a while: its schedule stays.
      'jobs/.windmill/job.yml': `${typescript}colour: red\n`,
    });
    const report = await sync();
    assert.deepEqual(report.updated, ['f/jobs/weekly_digest']);
    assert.deepEqual(report.removed, ['f/jobs/by_bash', 'f/jobs/by_bash_2']);
    const left = (await schedules()).map((one) => [one.path, one.schedule]);
    assert.deepEqual(left, [
      ['f/jobs/by_typescript', '0 0 6 1 1 *'],
      ['f/jobs/weekly_digest', '0 45 7 * * 1'],
    ]);
    git.commit({ 'jobs/.windmill/job.yml': typescript });
    assert.equal((await sync()).unchanged.length, 2);
  });

  test('takes who is called at a failure, and the workers, from its arguments alone', async () => {
    const options = async (): Promise<unknown> =>
      (await schedules()).map(({ options: set }) => [set.onFailure ?? null, set.tag ?? null]);
    const pushed = `${digest().replace('30 7', '45 7')}on_failure: flow/${reader}\ntags: [gpu]\n`;
    git.commit({ '.windmill/job.yml': pushed });
    const { problems, updated } = await sync();
    const lines = pushed.split('\n').length;
    assert.deepEqual(
      problems.filter(({ file }: any) => file === '.windmill/job.yml'),
      [
        ['tags', lines - 1, "are not taken from a file; the reader's argument tag is"],
        ['on_failure', lines - 2, "is not taken from a file; the reader's argument is"],
      ].map(([field, line, reason]) => ({
        file: '.windmill/job.yml',
        line,
        column: 1,
        message: `${field} ${reason}`,
      })),
    );
    assert.deepEqual(
      [updated, await options()],
      [
        [],
        [
          [null, null],
          [null, null],
        ],
      ],
    );
    // An older reader took it: it is gone, although the file is wrong.
    const forged = { onFailure: `flow/${reader}`, tag: 'gpu' };
    await ok('schedules.update', { path: 'f/jobs/weekly_digest', ...forged });
    await sync();
    assert.deepEqual(await options(), [
      [null, null],
      [null, null],
    ]);
    const named = { ...source(), on_failure: `flow/${reader}`, tag: 'flow' };
    await sync(named);
    const own = [`flow/${reader}`, 'flow'];
    assert.deepEqual(await options(), [own, own], 'what its keeper names is for all');
    git.commit({ '.windmill/job.yml': digest().replace('30 7', '45 7') });
    assert.equal((await sync(named)).unchanged.length, 2);
    assert.equal((await sync()).updated.length, 2);
  });

  test('runs at its time as who keeps the schedules, once that person approved it', async () => {
    const waiting = await tick(server, clock, 'f/jobs/weekly_digest');
    assert.equal(waiting.success, false);
    assert.match(JSON.stringify(waiting.result), /grant_pending/);
    await approve('weekly-digest');
    const commit = git.commit({ 'README.md': 'another commit, the same file' });
    const run = await tick(server, clock, 'f/jobs/weekly_digest');
    // The program reads what is above it in /proc: it cannot, and its job fails for that.
    assert.equal(run.success, false);
    const steps = await ok('jobs.list', { schedulePath: 'f/jobs/weekly_digest', perPage: 50 });
    const logs = await Promise.all(steps.map(({ id }: any) => ok('jobs.logs', { id })));
    assert.match(JSON.stringify(logs), /PermissionError[^]*environ/);
    const [called] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [called.actor, called.subjectEmail, called.decision],
      [
        `millrace:local/test/${reader}#${git.url}:weekly-digest@${commit}`,
        'owner@example.com',
        'allowed',
      ],
    );
  });

  test('gives the program its token and arguments, and nothing of the job', async () => {
    const honest = digest()
      .replace(/ +with open[^]*?read\(\)\n/, '')
      .replace(', "above": repr(above)', '');
    git.commit({ '.windmill/job.yml': honest });
    const args = { ...source(), file: '.windmill/job.yml' };
    const first = await ok('jobs.runFlowWait', { path: reader, args });
    assert.match(JSON.stringify(first.result), /grant_pending/, 'the program has changed');
    await approve('weekly-digest');
    const result = await sync(args);
    assert.equal(result.summary, 'Late');
    const { MILLRACE_GATEWAY_TOKEN: token, ...env } = result.env;
    assert.match(token, /^gwd_/);
    const names = Object.keys(env).toSorted();
    const known = [
      'HOME',
      'JOB_ARGS',
      'LANG',
      'LC_CTYPE',
      'MILLRACE_GATEWAY_URL',
      'PATH',
      'TMPDIR',
      'TZ',
    ];
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
    assert.doesNotMatch(JSON.stringify(env), /mrj_|git-token/);
  });

  test('runs TypeScript out of the repository, which cannot read the job either', async () => {
    const args = { ...source(), file: 'jobs/.windmill/job.yml' };
    await ok('jobs.runFlowWait', { path: reader, args });
    await approve('by-typescript');
    const { above, env, ...result } = await sync(args);
    assert.deepEqual(result, { summary: 'Late', mode: 'quick' });
    assert.deepEqual(above, ['EACCES', 'EACCES', 'EACCES']);
    assert.doesNotMatch(JSON.stringify(env), /mrj_|git-token|WM_/);
    git.commit({ 'jobs/read.ts': `${typescriptProgram}// pushed by somebody` });
    const pushed = await ok('jobs.runFlowWait', { path: reader, args });
    assert.match(JSON.stringify(pushed.result), /grant_pending/);
  });

  test('runs bash without services, and says how a program failed', async () => {
    git.commit({
      'other/.windmill/job.yml':
        'name: by-bash\nlanguage: bash\nscript: env | cut -d= -f1; exit 3\n',
    });
    const args = { ...source(), file: 'other/.windmill/job.yml' };
    const { success, result } = await ok('jobs.runFlowWait', { path: reader, args });
    assert.equal(success, false);
    assert.match(JSON.stringify(result), /by-bash ended with 3/);
    const gone = { ...args, file: 'none/.windmill/job.yml' };
    const { result: missed } = await ok('jobs.runFlowWait', { path: reader, args: gone });
    assert.match(JSON.stringify(missed), /none\/\.windmill\/job\.yml:1:1: there is no such file/);
  });

  test('takes a result out of a plain file of bounded size alone', async () => {
    const job = 'name: result\nlanguage: bash\nscript: |\n  ';
    const typed = `name: result\nlanguage: typescript\nscript: |
  import { symlinkSync, writeFileSync } from 'node:fs';
  export const main = () => { process.on('exit', () => `;
    const rows: [string, RegExp][] = [
      ['ln -s /proc/self/environ result.json', /not a plain file/],
      ['ln -s $PWD/other result.json; echo 1 > other', /not a plain file/],
      ['mkfifo result.json', /not a plain file/],
      ['mkdir result.json', /not a plain file/],
      ['head -c 1048577 /dev/zero > result.json', /larger than 1048576 bytes/],
      ['echo 17 > result.json', /^17$/],
      [':', /^null$/],
    ];
    const programs = rows.map(([line, said]): (typeof rows)[number] => [`${job}${line}\n`, said]);
    const unlink = `process.getBuiltinModule('node:fs').rmSync('result.json'); `;
    const link = `${typed}{ ${unlink}symlinkSync('/proc/self/environ', 'result.json'); }); };\n`;
    const large = `${typed}writeFileSync('result.json', ' '.repeat(1048577))); };\n`;
    programs.push([link, /not a plain file/], [large, /larger than 1048576 bytes/]);
    const args = { ...source(), file: 'result/.windmill/job.yml' };
    for (const [text, said] of programs) {
      git.commit({ 'result/.windmill/job.yml': text });
      const { result } = await ok('jobs.runFlowWait', { path: reader, args });
      assert.match(JSON.stringify(result), said, text);
      assert.doesNotMatch(JSON.stringify(result), /WM_TOKEN|mrj_/);
    }
    git.commit({ 'result/.windmill/job.yml': null });
  });

  test('keeps the branches of one repository apart', async () => {
    git.branch('staging');
    await ok('folders.create', { name: 'staging' });
    const staging = { ...source(), branch: 'staging', folder: 'f/staging' };
    await sync();
    const made = await sync(staging);
    assert.deepEqual(made.created, ['f/staging/weekly_digest', 'f/staging/by_typescript']);
    const both = await schedules();
    for (const args of [source(), staging, source()]) {
      const { unchanged, ...report } = await sync(args);
      const { created, updated, removed } = report;
      assert.deepEqual([created, updated, removed, unchanged.length], [[], [], [], 2]);
    }
    assert.deepEqual(await schedules(), both, 'neither removes what the other keeps');
    const { problems } = await sync({ ...staging, folder: 'f/jobs' });
    assert.match(JSON.stringify(problems), /f\/jobs\/weekly_digest/, 'nor takes it over');
    assert.deepEqual(await schedules(), both);
    const kept = { ...staging, file: '.windmill/job.yml' };
    const waits = await ok('jobs.runFlowWait', { path: reader, args: kept });
    assert.match(JSON.stringify(waits.result), /grant_pending/, 'a grant of its own');
    const grants: any[] = await ok('gatewayGrants.list', {});
    const digests = grants.filter(({ flowPath }) => flowPath.endsWith(':weekly-digest'));
    assert.deepEqual(
      new Map(digests.map(({ flowPath, status }) => [flowPath, status])),
      new Map([
        [`${reader}#${git.url}#staging:weekly-digest`, 'pending'],
        [`${reader}#${git.url}:weekly-digest`, 'active'],
      ]),
    );
  });

  test('sends the token through no redirect', async () => {
    const moved = createServer((request, response) => {
      request.resume();
      response.writeHead(302, { location: new URL(request.url ?? '', git.url).href }).end();
    });
    await once(moved.listen(0, '127.0.0.1'), 'listening');
    const repository = `http://127.0.0.1:${(moved.address() as AddressInfo).port}/jobs.git`;
    const args = { ...source(), repository };
    const { success, result } = await ok('jobs.runFlowWait', { path: reader, args });
    moved.closeAllConnections();
    await new Promise((resolve) => moved.close(resolve));
    assert.equal(success, false);
    assert.match(JSON.stringify(result), /git clone: .*302/);
  });

  test('reads nothing without the token, which stands nowhere', async () => {
    const rows: [object, RegExp][] = [
      [{ repository: git.url }, /git clone/],
      [{ repository: git.url.replace('//', `//x:${secrets.git}@`) }, /token out of the address/],
      [{ repository: 'ext::sh -c id' }, /git clone/],
      [{ repository: '--upload-pack=id' }, /git clone/],
      [{ ...source(), branch: 'none' }, /git clone/],
      [{ ...source(), repository: 'http://git.example.com/a.git' }, /https:\/\/ address alone/],
      [{ ...source(), repository: 'HTTP://127.example.com/a' }, /https:\/\/ address alone/],
      [{ ...source(), repository: 'https::http://git.example.com/a' }, /address alone/],
    ];
    for (const [args, words] of rows) {
      const { success, result } = await ok('jobs.runFlowWait', { path: reader, args });
      assert.equal(success, false, JSON.stringify(args));
      assert.match(JSON.stringify(result), words);
      assert.doesNotMatch(JSON.stringify(result), /uid=/);
    }
    const jobs = (await ok('jobs.list', { perPage: 100 })).filter(
      ({ id, args }: any) => id && !JSON.stringify(args ?? {}).includes('//x:'),
    );
    const logs = await Promise.all(jobs.map(({ id }: any) => ok('jobs.logs', { id })));
    const said = JSON.stringify([logs, server.logLines, await schedules()]);
    for (const secret of Object.values(secrets)) assert.ok(!said.includes(secret), secret);
    assert.doesNotMatch(said, /gwd_|mrj_/);
  });
});
