// Who of a workspace may use a service: by role, by the lists of an admin, and no longer than they
// may be here. Every refusal has its row.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/base/index.ts';
import { startHeldJobs, type HeldJobs } from '../kit/held-jobs.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const password = 'a long enough password';
const get = { action: 'get_issue', issue_key: 'PAY-1' };
const comment = { action: 'add_comment', issue_key: 'PAY-1', text: 'x' };
const scopes = ['services:*:read', 'services:*:write'];

describe('who may use a service', () => {
  const clock = movingClock();
  let server: TestServer;
  let replica: TestServer;
  let jira: Jira;
  let held: HeldJobs;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  interface Person {
    email: string;
    session: string;
    token: string;
    model: Model;
  }

  async function join(name: string, role: string): Promise<Person> {
    const email = `${name}@example.com`;
    await ok('users.create', { email, password });
    await ok('members.add', { email, username: name, role });
    const session = (await ok('session.login', { email, password })).token;
    const { token } = await ok('tokens.create', { scopes }, session);
    await ok('credentials.set', { service: 'jira', account: email, secret: 'own' }, session);
    return { email, session, token, model: modelAt(server, token) };
  }

  const toolsOf = async ({ model }: Person): Promise<string[]> =>
    (await model.list()).map(({ name }) => name).filter((name) => !name.startsWith('windmill'));
  const reasonOf = (result: any): string => result.structuredContent?.error.details.reason_code;
  /** Whose, what became of it, and why: the newest row of service calls. */
  async function newest(): Promise<unknown[]> {
    const [row] = await ok('serviceAudit.list', { perPage: 1 });
    return [row.subjectEmail, row.decision, row.reasonCode];
  }

  before(async () => {
    [jira, held] = await Promise.all([startJira(), startHeldJobs()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    replica = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { beside: server });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'google_workspace' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
  });
  after(async () => {
    await replica?.stop();
    await server?.stop();
    await jira?.stop();
    await held?.stop();
  });

  test('B01 who is nobody here gets no list and no call, and hears where to log in', async () => {
    const address = `/api/mcp/w/${server.workspace}/mcp`;
    const expiration = new Date(clock.now() + 60_000).toISOString();
    const expired = await server.tokenWith(scopes, { expiration });
    const mine = await server.tokenWith(scopes);
    clock.pass(61_000);
    const rows: [token: string | null, path: string][] = [
      [null, address],
      ['garbage', address],
      [expired, address],
      [`${mine.slice(0, -1)}~`, address],
      [`gwd_${'x'.repeat(43)}`, '/mcp'],
    ];
    const asked = jira.asked.length;
    for (const [token, path] of rows) {
      for (const method of ['tools/list', 'tools/call']) {
        const answer = await server.fetch(path, {
          method: 'POST',
          token,
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method,
            params: method === 'tools/list' ? {} : { name: 'jira_read_actions', arguments: get },
          }),
        });
        assert.equal(answer.status, 401, `${token} ${method}`);
        const challenge = answer.headers.get('www-authenticate') ?? '';
        assert.match(challenge, /^Bearer .*resource_metadata="/);
        assert.doesNotMatch(await answer.text(), /jira/);
      }
    }
    assert.equal(jira.asked.length, asked);
  });

  test('B03 an operator reads and changes nothing; an admin may say otherwise', async () => {
    const op = await join('op', 'operator');
    assert.deepEqual(await toolsOf(op), ['google_workspace_read_actions', 'jira_read_actions']);
    assert.equal((await op.model.call('jira_read_actions', get)).structuredContent.key, 'PAY-1');
    const asked = jira.asked.length;
    const { status, body } = await server.op(
      'services.write',
      { service: 'jira', action: 'add_comment', params: { issue_key: 'PAY-1', text: 'x' } },
      op.session,
    );
    assert.deepEqual([status, body.error.details.reason_code], [403, 'outside_owner_scope']);
    assert.deepEqual(await newest(), [op.email, 'refused', 'outside_owner_scope']);
    assert.equal(jira.asked.length, asked, 'nothing was sent');
    await ok('services.setAccess', { name: 'jira', readers: null, writers: ['u/op'] });
    assert.notEqual((await op.model.call('jira_write_actions', comment)).isError, true);
    await ok('services.setAccess', { name: 'jira', readers: null, writers: null });
  });

  test('B03 a guest sees neither Google nor what the company keeps to itself', async () => {
    const staff = await join('staff', 'developer');
    const guest = await join('guest', 'developer');
    await ok('groups.create', { name: 'staff' });
    await ok('groups.addUser', { name: 'staff', username: 'staff' });
    const only = ['g/staff'];
    await ok('services.setAccess', { name: 'google_workspace', readers: only, writers: only });
    const all = ['google_workspace_read_actions', 'google_workspace_write_actions'];
    const jiras = ['jira_read_actions', 'jira_write_actions'];
    assert.deepEqual(await toolsOf(staff), [...all, ...jiras]);
    assert.deepEqual(await toolsOf(guest), jiras);
    const listed = JSON.stringify(await guest.model.list());
    assert.doesNotMatch(listed, /google|"map_(?:read|write)/i);
    const params = { query: 'x' };
    const input = { service: 'google_workspace', action: 'gmail_search', params };
    const refused = await server.op('services.read', input, guest.session);
    assert.equal(refused.body.error.details.reason_code, 'service_unknown');
    assert.deepEqual(await newest(), [guest.email, 'refused', 'service_unknown']);
    // Told in the same words as of what nobody set up.
    const absent = await server.op(
      'services.read',
      { ...input, service: 'google_something' },
      guest.session,
    );
    const words = ({ status, body: { error } }: any): string =>
      JSON.stringify([status, error.message, error.hint]).replace(/google_\w+/, 'it');
    assert.equal(words(refused), words(absent));
    const offers = await ok('credentials.overview', {}, guest.session);
    assert.deepEqual(
      offers.map(({ service }: any) => service),
      ['jira'],
    );
    // Whether it is set up, and who uses it, is for admins alone.
    const rowOf = async (session?: string): Promise<any> =>
      (await ok('services.list', {}, session)).find((one: any) => one.name === 'google_workspace');
    const row = await rowOf(guest.session);
    assert.deepEqual([row.enabled, row.readers, row.writers], [false, null, null]);
    assert.equal((await rowOf(staff.session)).readers, null);
    assert.deepEqual((await rowOf()).readers, only);
    const set = { service: 'google_workspace', secret: 'x' };
    assert.equal((await server.op('credentials.set', set, guest.session)).status, 404);
    const open = { name: 'google_workspace', readers: null, writers: null };
    assert.equal((await server.op('services.setAccess', open, guest.session)).status, 403);
  });

  test('B03 who is suspended is cut off at once, on every replica', async () => {
    const gone = await join('gone', 'developer');
    const there = modelAt(replica, gone.token);
    assert.equal((await there.call('jira_read_actions', get)).structuredContent.key, 'PAY-1');
    await ok('users.update', { email: gone.email, disabled: true });
    // The other process hears of it by a signal: it is asked until it has.
    const until = systemClock.now() + 2000;
    const input = { service: 'jira', action: 'get_issue', params: { issue_key: 'PAY-1' } };
    const status = async () => (await replica.op('services.read', input, gone.token)).status;
    let last = await status();
    while (last === 200 && systemClock.now() < until) last = await status();
    assert.equal(last, 401);
    const asked = jira.asked.length;
    assert.equal(await status(), 401);
    assert.equal((await server.op('services.read', input, gone.token)).status, 401);
    assert.equal(jira.asked.length, asked);
  });

  test('E07 a flow does no more than its owner may, by role and by list', async () => {
    await ok('delegation.set', { enabled: true });
    await ok('folders.create', { name: 'team' });
    const value = {
      modules: [{ id: 'a', value: { type: 'rawscript', language: 'bun', content: held.code } }],
      'gateway-services': [{ jira: ['read', 'write'] }],
    };
    await ok('flows.create', { path: 'f/team/writes', value });
    await ok('folders.update', { name: 'team', extraPerms: { 'g/all': false } });
    const op = await join('runner', 'operator');
    await ok('jobs.runFlow', { path: 'f/team/writes' }, op.session);
    const job = await held.next();
    const exchange = (): Promise<any> =>
      fetch(`${server.origin}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: job.token,
          subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
        }),
      }).then((answer) => answer.json());
    const pending = await exchange();
    assert.equal(pending.reason_code, 'grant_pending');
    await ok('gatewayGrants.approve', { id: pending.grant_id }, op.session);
    const { access_token: token } = await exchange();
    const flow = modelAt(server, token, '/mcp');
    assert.equal((await flow.call('jira_read_actions', get)).structuredContent.key, 'PAY-1');
    const asked = jira.asked.length;
    assert.equal(reasonOf(await flow.call('jira_write_actions', comment)), 'outside_owner_scope');
    const [row] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.decision, row.reasonCode, row.jobId],
      [op.email, 'millrace:local/test/f/team/writes', 'refused', 'outside_owner_scope', job.id],
    );
    await ok('services.setAccess', { name: 'jira', readers: ['g/staff'], writers: null });
    assert.equal(reasonOf(await flow.call('jira_read_actions', get)), 'outside_owner_scope');
    assert.equal(jira.asked.length, asked, 'nothing was sent');
    job.release();
  });

  test('E27 what another person deploys waits; of the owner’s own nothing does', async () => {
    const author = await join('author', 'developer');
    const editor = await join('editor', 'developer');
    const extraPerms = { 'u/author': true, 'u/editor': true };
    await ok('folders.create', { name: 'both', extraPerms });
    const value = (...classes: string[]) => ({
      modules: [{ id: 'a', value: { type: 'rawscript', language: 'bun', content: held.code } }],
      'gateway-services': [{ jira: classes }],
    });
    const path = 'f/both/report';
    const reasons: unknown[] = [];
    /** What the exchange of a run by the author comes to. */
    async function exchanged(): Promise<any> {
      await ok('jobs.runFlow', { path }, author.session);
      const job = await held.next();
      const answer = await fetch(`${server.origin}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: job.token,
          subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
        }),
      });
      job.release();
      const body: any = await answer.json();
      const [row] = await ok('gatewayExchanges.list', { page: 1 });
      assert.deepEqual(
        [row.subject, row.actor, row.reasonCode],
        ['author', `millrace:local/test/${path}`, body.reason_code ?? null],
      );
      return body;
    }
    await ok('flows.create', { path, value: value('read') }, author.session);
    assert.equal((await exchanged()).scope, 'jira:read');
    await ok('flows.update', { path, value: value('read') }, editor.session);
    const edited = await exchanged();
    reasons.push(edited.reason_code);
    await ok('gatewayGrants.approve', { id: edited.grant_id }, author.session);
    assert.equal((await exchanged()).scope, 'jira:read');
    await ok('flows.update', { path, value: value('read', 'write') }, editor.session);
    const widened = await exchanged();
    reasons.push(widened.reason_code);
    assert.deepEqual(reasons, ['grant_pending', 'grant_pending']);
    assert.equal('access_token' in widened, false);
    // By who owns the grant it holds at once, wider or narrower.
    await ok('flows.update', { path, value: value('read', 'write') }, author.session);
    assert.equal((await exchanged()).scope, 'jira:read jira:write');
    await ok('flows.update', { path, value: value('read') }, author.session);
    assert.equal((await exchanged()).scope, 'jira:read');
  });
});
