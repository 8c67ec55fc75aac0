// What the token of a job may do, as a literal table: who starts the job, with which scopes, what
// the job asks for, and the answer. Never more than who started it, and nothing afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './kit/server.ts';

const caller = `export async function main(asks: [string, string, unknown?][]) {
  const { BASE_INTERNAL_URL: base, WM_TOKEN: token, WM_JOB_ID: id } = process.env;
  const statuses: number[] = [];
  for (const [method, path, body] of asks) {
    const answer = await fetch(base + '/api/' + path.replace('{own}', id!), {
      method,
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await answer.text();
    statuses.push(answer.status);
  }
  return { statuses, token };
}
`;

const script = (path: string) => ({
  path,
  language: 'bun',
  content: 'export const main = () => 1',
});
const variable = (path: string) => ({ path, value: 'x', is_secret: false, description: '' });
const person = (email: string) => ({ email, password: 'correct horse battery' });

/** Who starts the job: a member, or a token of one with these scopes. */
const starters = {
  admin: ['owner', null],
  dev: ['dev', null],
  operator: ['op', null],
  runner: ['dev', ['jobs:run:scripts:f/team/*']],
  reader: ['dev', ['jobs:run:scripts:f/team/*', 'variables:read']],
} as const;

type Ask = [method: string, path: string, body?: unknown];
const rows: [who: keyof typeof starters, ask: Ask, status: number][] = [
  // What its person may do, in the workspace of the job.
  ['dev', ['GET', 'w/test/users/whoami'], 200],
  ['dev', ['GET', 'w/test/variables/get_value/f/team/v'], 200],
  ['dev', ['POST', 'w/test/scripts/create', script('f/team/made')], 201],
  ['dev', ['POST', 'w/test/jobs/run/p/f/team/add', {}], 201],
  ['admin', ['GET', 'w/test/variables/get_value/u/dev/own'], 200],
  // What its person may not.
  ['dev', ['GET', 'w/test/variables/get_value/u/owner/private'], 404],
  ['dev', ['GET', 'w/test/resources/get_value_interpolated/u/owner/private'], 404],
  ['dev', ['POST', 'w/test/variables/create', variable('u/owner/mine')], 404],
  ['dev', ['POST', 'w/test/scripts/create', script('u/owner/made')], 404],
  ['dev', ['POST', 'w/test/jobs/run/p/u/owner/add', {}], 404],
  ['dev', ['POST', 'op/audit.list?workspace=test', {}], 403],
  ['dev', ['GET', 'w/test/jobs_u/get/{other}'], 404],
  ['dev', ['POST', 'w/test/jobs_u/queue/cancel/{other}', {}], 404],
  ['operator', ['POST', 'w/test/scripts/create', script('f/team/made2')], 403],
  ['operator', ['POST', 'w/test/jobs/run/preview', { content: 'echo', language: 'bash' }], 403],
  ['operator', ['POST', 'w/test/jobs/run/p/f/team/add', {}], 201],
  ['dev', ['POST', 'op/files.write?workspace=test', { key: 'f/team/made', text: 'x' }], 200],
  ['dev', ['POST', 'op/files.write?workspace=test', { key: 'u/owner/made', text: 'x' }], 404],
  ['operator', ['POST', 'op/files.write?workspace=test', { key: 'made', text: 'x' }], 200],
  ['runner', ['GET', 'w/test/job_helpers/download_s3_file?file_key=made'], 403],
  ['runner', ['POST', 'w/test/job_helpers/upload_s3_file?file_key=made', {}], 403],
  // Another workspace, the instance and accounts: no job, whoever started it.
  ['admin', ['GET', 'w/second/users/whoami'], 403],
  ['admin', ['POST', 'w/second/jobs/run/p/u/owner/add', {}], 403],
  ['admin', ['POST', 'users/create', person('more@example.com')], 403],
  ['admin', ['POST', 'users/tokens/create', { label: 'mine' }], 403],
  ['admin', ['POST', 'auth/logout'], 403],
  ['admin', ['POST', 'workspaces/create', { id: 'third', name: 'third' }], 403],
  // The scopes of the token that started it hold inside as well.
  ['runner', ['POST', 'w/test/jobs/run/p/f/team/add', {}], 201],
  ['runner', ['POST', 'w/test/jobs/run/p/u/dev/add', {}], 403],
  ['runner', ['GET', 'w/test/variables/get_value/f/team/v'], 403],
  ['runner', ['POST', 'w/test/scripts/create', script('f/team/made3')], 403],
  ['runner', ['GET', 'w/test/jobs/list'], 403],
  ['reader', ['GET', 'w/test/variables/get_value/f/team/v'], 200],
  ['reader', ['POST', 'w/test/variables/create', variable('f/team/w')], 403],
  // Of itself it may tell, whatever the scopes; of others not.
  ['runner', ['POST', 'w/test/job_metrics/set_progress/{own}', { percent: 3 }], 200],
  ['runner', ['GET', 'w/test/jobs_u/get/{own}'], 200],
  ['runner', ['GET', 'w/test/jobs_u/get_root_job_id/{own}'], 200],
  ['runner', ['GET', 'w/test/jobs_u/get/{mine}'], 403],
  ['runner', ['POST', 'w/test/job_metrics/set_progress/{mine}', { percent: 3 }], 403],
  ['dev', ['POST', 'w/test/jobs/wac/inline_checkpoint/{own}', { key: 'k', result: 1 }], 200],
  ['dev', ['POST', 'w/test/jobs/wac/inline_checkpoint/{mine}', { key: 'k', result: 1 }], 403],
  ['admin', ['POST', 'w/test/jobs/wac/inline_checkpoint/{mine}', { key: 'k', result: 1 }], 403],
  ['dev', ['POST', 'w/test/jobs/run/workflow_as_code/{mine}/main', { args: {} }], 403],
];

describe('the token of a job', () => {
  let server: TestServer;
  const tokens = new Map<string, string>();
  const ids = new Map<string, string>();

  async function must(op: string, input: object, token?: string): Promise<any> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  before(async () => {
    server = await startTestServer();
    tokens.set('owner', server.token);
    for (const [username, role] of [
      ['dev', 'developer'],
      ['op', 'operator'],
    ] as const) {
      const account = person(`${username}@example.com`);
      await must('users.create', account);
      await must('members.add', { email: account.email, username, role });
      tokens.set(username, (await must('session.login', account)).token);
    }
    await must('workspaces.create', { id: 'second', name: 'second' });
    const extraPerms = { 'u/dev': true, 'u/op': false };
    await must('folders.create', { name: 'team', extraPerms });
    const value = { path: 'u/owner/private', value: 'not yours' };
    await must('variables.create', value);
    await must('resources.create', { ...value, resourceType: 'c_any', value: {} });
    await must('variables.create', { path: 'f/team/v', value: 'ours' });
    const dev = tokens.get('dev') ?? '';
    await must('variables.create', { path: 'u/dev/own', value: 'dev' }, dev);
    for (const path of ['f/team/add', 'u/owner/add']) await must('scripts.create', script(path));
    await must('scripts.create', script('u/dev/add'), dev);
    await must('scripts.create', { ...script('f/team/call'), content: caller });
    ids.set('{other}', (await must('jobs.runWait', { path: 'u/owner/add' })).id);
    const later = { path: 'f/team/add', scheduledInSecs: 3600 };
    ids.set('{mine}', (await must('jobs.run', later, dev)).id);
    for (const [name, [username, scopes]] of Object.entries(starters)) {
      if (scopes === null) tokens.set(name, tokens.get(username) ?? '');
      else tokens.set(name, (await must('tokens.create', { scopes }, dev)).token);
    }
  });
  after(() => server.stop());

  it('may do what the table says, and nothing once the job is over', async () => {
    for (const who of Object.keys(starters) as (keyof typeof starters)[]) {
      const own = rows.filter(([starter]) => starter === who);
      const asks = own.map(([, [method, path, body]]) => {
        const [found] = /\{(?:other|mine)\}/.exec(path) ?? [];
        const full = found === undefined ? path : path.replace(found, ids.get(found) ?? '');
        return body === undefined ? [method, full] : [method, full, body];
      });
      const answer = await server.fetch('/api/w/test/jobs/run_wait_result/p/f/team/call', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ asks }),
        token: tokens.get(who) ?? null,
      });
      const result = (await answer.json()) as { statuses: number[]; token: string };
      assert.deepEqual(
        own.map(([, ask], index) => `${ask[0]} ${ask[1]} ${result.statuses[index]}`),
        own.map(([, ask, status]) => `${ask[0]} ${ask[1]} ${status}`),
        who,
      );
      const late = await server.fetch('/api/w/test/users/whoami', { token: result.token });
      assert.equal(late.status, 401, who);
    }
  });
});
