// Job files in the token exchange: one flow reads them all, so each has a grant, an actor and a
// declaration of its own, and what anybody pushes waits for the owner.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type HeldJob, type HeldJobs, startHeldJobs } from '../kit/held-jobs.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const repository = 'https://git.example.com/team/jobs.git';
const commits = ['a', 'b'].map((digit) => digit.repeat(40));
const reader = 'f/team/reader';
const place = `${reader}#${repository}:digest`;

describe('a job file in the exchange', () => {
  let server: TestServer;
  let jira: Jira;
  let held: HeldJobs;
  let job: HeldJob;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const file = (services: unknown, more: object = {}) => ({
    job_repository: repository,
    job_name: 'digest',
    job_commit: commits[0],
    job_hash: '1'.repeat(64),
    gateway_services: services === undefined ? '' : JSON.stringify(services),
    ...more,
  });

  async function exchange(fields: object): Promise<any> {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: job.token,
      subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
      ...fields,
    });
    const answer = await fetch(`${server.origin}/auth/token`, { method: 'POST', body });
    return answer.json();
  }

  async function call(token: string, tool: string, args: object): Promise<any> {
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: args },
    };
    const answer = await fetch(`${server.origin}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    });
    const { result } = (await answer.json()) as any;
    const { error, ...value } = result.structuredContent;
    return result.isError ? { refused: error.details.reason_code } : { value };
  }

  async function deploy(block?: unknown): Promise<void> {
    const step = { id: 'a', value: { type: 'rawscript', language: 'bun', content: held.code } };
    const value = {
      modules: [step],
      ...(block === undefined ? {} : { 'gateway-services': block }),
    };
    const is = block === undefined ? 'flows.create' : 'flows.update';
    await ok(is, { path: reader, value });
    job?.release();
    await ok('jobs.runFlow', { path: reader });
    job = await held.next();
  }

  before(async () => {
    [jira, held] = await Promise.all([startJira(), startHeldJobs()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'slack', baseUrl: jira.origin });
    const account = 'owner@example.com';
    await ok('credentials.set', { service: 'jira', account, secret: 'a key' });
    await ok('folders.create', { name: 'team' });
    await ok('delegation.set', { enabled: true });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    await deploy();
  });
  after(async () => {
    job?.release();
    await held?.stop();
    await server?.stop();
    await jira?.stop();
  });

  async function approve(): Promise<void> {
    const all = await ok('gatewayGrants.list', { status: 'pending' });
    const grant = all.find((one: any) => one.flowPath === place);
    await ok('gatewayGrants.approve', { id: grant.id, codeHash: grant.codeHash });
  }

  test('waits for its owner, whoever deployed the reader', async () => {
    const first = await exchange(file([{ jira: ['read'] }]));
    assert.deepEqual([first.error, first.reason_code], ['unauthorized_client', 'grant_pending']);
    const [grant] = await ok('gatewayGrants.list', {});
    assert.deepEqual(
      [grant.flowPath, grant.status, grant.services, grant.code.at(-1)],
      [
        place,
        'pending',
        { jira: ['read'] },
        { what: 'job digest', version: '1'.repeat(64), by: repository },
      ],
    );
    await approve();
    const given = await exchange(file({ jira: 'read' }));
    assert.equal(given.scope, 'jira:read', JSON.stringify(given));
  });

  test('does what the file declares, and the audit names repository and commit', async () => {
    const { access_token: token } = await exchange(file([{ jira: ['read'] }]));
    const read = { action: 'get_issue', issue_key: 'PAY-1' };
    assert.equal((await call(token, 'jira_read_actions', read)).value.summary, 'Late');
    const write = { action: 'add_comment', issue_key: 'PAY-1', text: 'x' };
    assert.deepEqual(await call(token, 'jira_write_actions', write), {
      refused: 'class_not_declared',
    });
    const actor = `millrace:local/test/${place}@${commits[0]}`;
    for (const row of await ok('serviceAudit.list', { perPage: 2 })) {
      assert.deepEqual([row.actor, row.subjectEmail], [actor, 'owner@example.com']);
    }
    const [row] = await ok('gatewayExchanges.list', {});
    assert.deepEqual([row.actor, row.subject, row.scope], [actor, 'owner', 'jira:read']);
  });

  test('another commit goes on; a changed program and a wider file wait', async () => {
    const moved = await exchange(file([{ jira: ['read'] }], { job_commit: commits[1] }));
    assert.equal(moved.scope, 'jira:read');
    const changed = await exchange(file([{ jira: ['read'] }], { job_hash: '2'.repeat(64) }));
    assert.equal(changed.reason_code, 'grant_pending');
    // What was given before says no more either: the grant waits as a whole.
    const read = { action: 'get_issue', issue_key: 'PAY-1' };
    const answer = await fetch(`${server.origin}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${moved.access_token}` },
      body: JSON.stringify({ method: 'tools/call', params: { name: 'x', arguments: read } }),
    });
    assert.equal(answer.status, 401);
    await approve();
    const wide = [{ jira: ['read', 'write'] }];
    const widened = await exchange(file(wide, { job_hash: '3'.repeat(64) }));
    assert.equal(widened.reason_code, 'grant_pending');
    // Nor does it help to keep the hash of what was approved.
    const sneaky = await exchange(file(wide, { job_hash: '2'.repeat(64) }));
    assert.equal(sneaky.reason_code, 'grant_pending');
  });

  test('has a grant of its own, beside those of other jobs and of the reader', async () => {
    const other = await exchange(file([{ jira: ['read'] }], { job_name: 'other' }));
    assert.equal(other.reason_code, 'grant_pending');
    const elsewhere = { job_repository: 'https://git.example.com/other/jobs.git' };
    assert.equal(
      (await exchange(file([{ jira: ['read'] }], elsewhere))).reason_code,
      'grant_pending',
    );
    const branch = await exchange(file([{ jira: ['read'] }], { job_branch: 'release/1.x' }));
    assert.equal(branch.reason_code, 'grant_pending');
    const paths = (await ok('gatewayGrants.list', {})).map((one: any) => one.flowPath);
    assert.equal(new Set(paths).size, 4);
    assert.ok(paths.includes(`${reader}#${repository}#release/1.x:digest`), paths.join());
    const bare = await exchange({ gateway_services: '{"jira": "read"}' });
    assert.equal(bare.reason_code, 'declaration_missing', 'the reader itself declares nothing');
  });

  test('what an admin grants beyond is for one job', async () => {
    const wide = file([{ jira: ['high_risk'] }], { job_hash: '4'.repeat(64) });
    await exchange(wide);
    await approve();
    const { access_token: token } = await exchange(wide);
    const args = { action: 'delete_issue', issue_key: 'PAY-1', confirmed: true };
    const risk = { service: 'jira', action: 'delete_issue', reason: 'cleaning up', days: 1 };
    await ok('highRiskGrants.create', { flowPath: reader, ...risk });
    assert.deepEqual(await call(token, 'jira_write_actions', args), {
      refused: 'high_risk_not_granted',
    });
    await ok('highRiskGrants.create', { flowPath: place, ...risk });
    assert.ok('value' in (await call(token, 'jira_write_actions', args)));
  });

  test('what is no job file is refused, and no address with a secret is kept', async () => {
    const rows: [object, string][] = [
      [{ job_repository: 'https://user:s3cret@git.example.com/a.git' }, 'request_malformed'],
      [{ job_repository: 'https://s3cret@git.example.com/a.git' }, 'request_malformed'],
      [{ job_repository: 'ftp://git.example.com/a.git' }, 'request_malformed'],
      [{ job_repository: 'https://git.example.com/a.git#x' }, 'request_malformed'],
      [{ job_repository: 'a b' }, 'request_malformed'],
      [{ job_repository: '' }, 'request_malformed'],
      ...['a:digest', 'a#b', 'a@b', '-a', '/a', 'a b', 'a/../b', 'x'.repeat(201)].map(
        (branch): [object, string] => [{ job_branch: branch }, 'request_malformed'],
      ),
      [{ job_name: 'Digest' }, 'request_malformed'],
      [{ job_name: 'a/../b' }, 'request_malformed'],
      [{ job_commit: 'main' }, 'request_malformed'],
      [{ job_hash: 'x' }, 'request_malformed'],
      [{ gateway_services: '' }, 'declaration_missing'],
      [{ gateway_services: '{"*": "read"}' }, 'declaration_invalid'],
      [{ gateway_services: '{"nothing": "read"}' }, 'service_unknown'],
    ];
    for (const [more, reason] of rows) {
      const said = await exchange(file([{ jira: ['read'] }], more));
      assert.equal(said.reason_code, reason, JSON.stringify({ more, said }));
      assert.doesNotMatch(JSON.stringify(said), /s3cret|gwd_/);
    }
    assert.doesNotMatch(JSON.stringify(await ok('gatewayExchanges.list', {})), /s3cret/);
  });

  test('a block of the reader’s own is the most that any file gets', async () => {
    await deploy([{ jira: ['read'] }]);
    const beyond = await exchange(file([{ slack: ['write'] }]));
    assert.deepEqual([beyond.error, beyond.reason_code], ['invalid_scope', 'service_not_declared']);
    const within = await exchange(file([{ jira: ['read'] }]));
    assert.equal(within.reason_code, 'grant_pending', 'the reader has changed');
  });
});
