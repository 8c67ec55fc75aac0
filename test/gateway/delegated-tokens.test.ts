// What becomes of delegated tokens: what they say of themselves, when they end, on which process,
// and by whose clock. A stand-in for Windmill, two servers on one database, and a restart.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/base/index.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startWindmill, type Windmill } from '../kit/windmill-server.ts';
import { modelAt } from '../mcp/model.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const get = { action: 'get_issue', issue_key: 'PAY-1' };
const env = { MILLRACE_EGRESS_ALLOW: '127.0.0.1' };

interface Client {
  id: string;
  secret: string;
}

describe('delegated tokens', () => {
  const clock = movingClock();
  const late = movingClock();
  late.pass(-58_000);
  let server: TestServer;
  let replica: TestServer;
  let windmill: Windmill;
  let jira: Jira;
  let client: Client;
  let other: Client;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function post(
    path: string,
    fields: Record<string, string>,
    { by, at = server }: { by?: Client | undefined; at?: TestServer } = {},
  ) {
    const headers: Record<string, string> = by
      ? { authorization: `Basic ${Buffer.from(`${by.id}:${by.secret}`).toString('base64')}` }
      : {};
    const body = new URLSearchParams(fields);
    const answer = await fetch(at.origin + path, { method: 'POST', headers, body });
    return { status: answer.status, body: (await answer.json()) as any };
  }
  const exchange = (token: string, by = client, at = server) => {
    const type = 'urn:windmill:params:oauth:token-type:job_token';
    const fields = { grant_type: exchangeGrant, subject_token: token, subject_token_type: type };
    return post('/auth/token', fields, { by, at });
  };
  const introspect = (token: string, by?: Client) => post('/introspect', { token }, { by });
  const run = (claims = {}) => windmill.run({ path: 'f/team/digest', as: 'ann', claims });
  /** What a call with the token comes to: the summary of the issue, or the status of HTTP. */
  async function read(token: string, at = server): Promise<unknown> {
    const answer = await at.fetch('/mcp', {
      method: 'POST',
      token,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'jira_read_actions', arguments: get },
      }),
    });
    if (answer.status !== 200) return answer.status;
    const { result } = (await answer.json()) as any;
    return result.structuredContent.summary ?? result.structuredContent.error.details.reason_code;
  }
  const newest = async (): Promise<any> => (await ok('serviceAudit.list', { perPage: 1 }))[0];

  before(async () => {
    [windmill, jira] = await Promise.all([startWindmill(), startJira()]);
    server = await startTestServer(env, { clock });
    replica = await startTestServer(env, { clock: late, beside: server });
    const ann = { email: 'ann@example.com', password: 'correct horse battery' };
    await ok('users.create', ann);
    await ok('members.add', { email: ann.email, username: 'ann', role: 'developer' });
    const { token } = await ok('session.login', ann);
    const person = { email: ann.email, username: 'ann', disabled: false, verified: true };
    windmill.people.set('ann', { ...person, login_type: 'password' });
    windmill.flows.set('f/team/digest', {
      value: { modules: [], 'gateway-services': [{ jira: ['read', 'high_risk'] }] },
      edited_by: 'ann',
      edited_at: new Date(systemClock.now() - 60_000).toISOString(),
      version_id: 1,
    });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: ann.email, secret: 'k' }, token);
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
  });
  after(async () => {
    await replica?.stop();
    await server?.stop();
    await windmill?.stop();
    await jira?.stop();
  });

  test('E25 the exchange is in the documents of discovery only while it is on', async () => {
    const documents = ['oauth-authorization-server', 'openid-configuration'];
    const grants = async () => {
      const answers = documents.map((name) => server.fetch(`/.well-known/${name}`));
      const all = await Promise.all(answers.map(async (one) => (await one).json() as any));
      return all.map((one) => [
        one.grant_types_supported.includes(exchangeGrant),
        one.token_endpoint_auth_methods_supported.includes('client_secret_basic'),
        Array.isArray(one.token_endpoint_auth_signing_alg_values_supported),
      ]);
    };
    assert.deepEqual((await grants()).flat(), Array(6).fill(false));
    await ok('delegation.set', { enabled: true });
    assert.deepEqual((await grants()).flat(), Array(6).fill(true));
    const said = { name: 'ours', id: 'ours', remoteWorkspace: 'prod' };
    await ok('gatewayInstances.register', { ...said, address: windmill.origin });
    client = await ok('gatewayClients.create', { name: 'flows', instance: 'ours' });
    other = await ok('gatewayClients.create', { name: 'other', instance: 'ours' });
  });

  test('E01 E13 a token says what it is to its own client, and nothing to another', async () => {
    const { token: jobToken, step } = run();
    const { body } = await exchange(jobToken);
    const { status, body: said } = await introspect(body.access_token, client);
    assert.equal(status, 200);
    const [grant] = await ok('gatewayGrants.list', {});
    const { iat, exp, jti, ...rest } = said;
    assert.deepEqual(rest, {
      active: true,
      token_type: 'Bearer',
      sub: grant.userId,
      act: { sub: 'windmill:ours/prod/f/team/digest', job_id: step },
      client_id: client.id,
      aud: `${server.origin}/mcp`,
      iss: server.origin,
      scope: 'jira:read',
      grant_id: grant.id,
    });
    assert.ok(exp > iat && exp - iat <= 900 && /^[0-9a-f-]{36}$/.test(jti));
    assert.deepEqual((await introspect(body.access_token, other)).body, { active: false });
    assert.deepEqual((await introspect(`gwd_${'x'.repeat(43)}`, client)).body, { active: false });
    for (const by of [undefined, { ...client, secret: 'wrong' }]) {
      const refused = await introspect(body.access_token, by);
      assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_client']);
      assert.equal(refused.body.active, undefined);
    }
    assert.equal(await read(body.access_token), 'Late');
    const row = await newest();
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.jobId, row.decision],
      ['ann@example.com', 'windmill:ours/prod/f/team/digest', step, 'allowed'],
    );
    assert.equal(row.delegationId, jti);
  });

  test('E25 off means off at once, also for tokens that are out, on every process', async () => {
    const { body } = await exchange(run().token);
    assert.equal(await read(body.access_token, replica), 'Late');
    await ok('delegation.set', { enabled: false });
    const asked = jira.asked.length;
    for (const at of [replica, server]) assert.equal(await read(body.access_token, at), 401);
    assert.equal((await exchange(run().token)).body.reason_code, 'delegation_disabled');
    assert.deepEqual((await introspect(body.access_token, client)).body, { active: false });
    assert.equal(jira.asked.length, asked);
    await ok('delegation.set', { enabled: true });
    assert.equal(await read(body.access_token, replica), 'Late');
    const [grant] = await ok('gatewayGrants.list', {});
    await ok('gatewayGrants.revoke', { id: grant.id });
    for (const at of [replica, server]) assert.equal(await read(body.access_token, at), 401);
    await ok('gatewayGrants.approve', { id: grant.id });
  });

  test('B06 a restart keeps connections, grants and tokens, and what was revoked', async () => {
    const { body: kept } = await exchange(run().token);
    const { body: gone } = await exchange(run().token, other);
    await ok('gatewayClients.delete', { id: other.id });
    const services = await server.tokenWith(['services:jira:read']);
    await ok('credentials.set', { service: 'jira', account: 'o@example.com', secret: 'own' });
    await replica.stop();
    replica = await startTestServer(env, { clock: late, beside: server });
    assert.equal(await read(kept.access_token, replica), 'Late');
    assert.equal(await read(gone.access_token, replica), 401);
    const answer = await modelAt(replica, services).call('jira_read_actions', get);
    assert.equal(answer.structuredContent.summary, 'Late');
    const { status } = await replica.op('gatewayGrants.list', {});
    assert.equal(status, 200);
  });

  test('E02 an account of its own is subject and actor in one', async () => {
    const flow = { email: 'digest@example.com', password: 'correct horse battery' };
    await ok('users.create', flow);
    await ok('members.add', { email: flow.email, username: 'digest', role: 'developer' });
    const session = (await ok('session.login', flow)).token;
    await ok('credentials.set', { service: 'jira', account: flow.email, secret: 'f' }, session);
    const { token } = await ok('tokens.create', { scopes: ['services:jira:read'] }, session);
    const account = modelAt(server, token);
    const answer = await account.call('jira_read_actions', get);
    assert.equal(answer.structuredContent.summary, 'Late');
    assert.equal(
      jira.asked.at(-1)?.authorization,
      `Basic ${Buffer.from(`${flow.email}:f`).toString('base64')}`,
    );
    const [row] = await ok('serviceAudit.list', { subject: flow.email, perPage: 1 });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.delegationId, row.grantId, row.decision],
      [flow.email, null, null, null, 'allowed'],
    );
    const refused = await account.call('jira_write_actions', {
      action: 'add_comment',
      issue_key: 'PAY-1',
      text: 'x',
    });
    assert.match(JSON.stringify(refused), /insufficient_scope|jira_write_actions/);
  });

  test('E29 a clock that is a minute off does no harm, more than that is refused', async () => {
    // To the other process it is a minute earlier; this one goes ahead step by step.
    const rows: [at: TestServer, ahead: number, left: number, reason: string | undefined][] = [
      [replica, 0, 5, undefined],
      [server, 0, 5, undefined],
      [server, 0, -120, 'job_token_expired'],
      [server, 58, 5, undefined],
      [server, 120, 5, 'job_token_expired'],
    ];
    let now = 0;
    for (const [at, ahead, left, reason] of rows) {
      clock.pass((ahead - now) * 1000);
      now = ahead;
      const { token } = run({ exp: Math.floor(systemClock.now() / 1000) + left });
      const { body } = await exchange(token, client, at);
      assert.equal(body.reason_code, reason, `${ahead} s ahead: ${JSON.stringify(body)}`);
      if (reason === undefined) {
        assert.ok(body.expires_in > 0, `${ahead} s ahead: ${body.expires_in}`);
        assert.equal(await read(body.access_token, at), 'Late');
      } else {
        assert.equal('access_token' in body, false);
        const attempts = await ok('gatewayExchanges.list', { reasonCode: reason });
        assert.ok(attempts.some(({ id }: any) => id === body.audit_id));
      }
    }
  });

  test('E25 a token ends with its quarter of an hour', async () => {
    const { body } = await exchange(run({ exp: systemClock.now() / 1000 + 7200 }).token);
    assert.ok(body.expires_in > 800 && body.expires_in <= 900, String(body.expires_in));
    assert.equal(await read(body.access_token), 'Late');
    clock.pass(16 * 60_000);
    assert.deepEqual((await introspect(body.access_token, client)).body, { active: false });
    assert.equal(await read(body.access_token), 401);
  });
});
