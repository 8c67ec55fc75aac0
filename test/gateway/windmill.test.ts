// Flows of another server that act for people here: a stand-in for Windmill, with everything that
// it may do wrong, and a whole server of ours.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { newId, systemClock } from '../../src/base/index.ts';
import { importJWK, SignJWT } from 'jose';
import { dumpOf } from '../kit/dump.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startWindmill, type Windmill } from '../kit/windmill-server.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Fields = Record<string, string>;
interface Client {
  id: string;
  secret: string;
}

describe('a flow of a registered Windmill', () => {
  let server: TestServer;
  let windmill: Windmill;
  let client: Client;
  /** What was refused, by the number that the caller was told. */
  const refusals = new Map<string, { reason: string; token: string }>();

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const basic = ({ id, secret }: Client): Fields => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });

  async function exchange(token: string, fields: Fields = {}, headers: Fields = basic(client)) {
    const response = await fetch(`${server.origin}/auth/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({
        grant_type: exchangeGrant,
        subject_token: token,
        subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
        ...fields,
      }),
    });
    const body: any = await response.json();
    const { audit_id: id, reason_code: reason } = body;
    if (reason !== undefined) refusals.set(id, { reason, token });
    return { status: response.status, body };
  }

  async function reasonFor(token: string, fields: Fields = {}, headers?: Fields): Promise<string> {
    const { body } = await exchange(token, fields, headers);
    return body.reason_code ?? 'given';
  }

  const flow = (value: object, more: object = {}) => ({
    value: { modules: [], ...value },
    edited_by: 'ann',
    edited_at: new Date(systemClock.now() - 60_000).toISOString(),
    version_id: 1,
    ...more,
  });

  before(async () => {
    windmill = await startWindmill();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    for (const name of ['ann', 'bob']) {
      const email = `${name}@example.com`;
      await ok('users.create', { email, password: 'correct horse battery' });
      await ok('members.add', { email, username: name, role: 'developer' });
      const person = { email, username: name, disabled: false, verified: true };
      windmill.people.set(name, { ...person, login_type: 'password' });
    }
    windmill.flows.set(
      'f/team/digest',
      flow({ 'gateway-services': [{ jira: ['read', 'write'] }] }),
    );
    await ok('services.enable', { name: 'jira', baseUrl: 'https://jira.example.com' });
    await ok('delegation.set', { enabled: true });
    const { address, ...rest } = { address: windmill.origin, name: 'ours', id: 'ours' };
    await ok('gatewayInstances.register', { ...rest, address, remoteWorkspace: 'prod' });
    client = await ok('gatewayClients.create', { name: 'flows', instance: 'ours' });
  });
  after(async () => {
    await server?.stop();
    await windmill?.stop();
  });

  test('E01 is verified there, and acts for who started it', async () => {
    windmill.asked.length = 0;
    const { token, step } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    const { status, body } = await exchange(token, { windmill_instance: 'ours', job_id: step });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.scope, 'jira:read jira:write');
    assert.equal(windmill.asked[0], '/w/prod/users/whoami', 'the token comes first');
    const [row] = await ok('gatewayExchanges.list');
    assert.deepEqual(
      [row.subject, row.actor, row.clientId],
      ['ann', 'windmill:ours/prod/f/team/digest', client.id],
    );
    assert.doesNotMatch(server.logLines.join('\n'), /gwd_[A-Za-z0-9]{20}|jwt_/);
  });

  test('E18 addresses of private networks are refused when they are registered', async () => {
    const addresses = [
      'http://169.254.169.254',
      'http://10.0.0.1',
      'http://[::1]',
      'http://windmill.example.com',
      'https://user:pass@example.com',
      'ftp://127.0.0.1',
      'https://127.0.0.2:1',
    ];
    for (const address of addresses) {
      const said = { address, name: 'x', remoteWorkspace: 'prod' };
      const { status } = await server.op('gatewayInstances.register', said);
      assert.ok(status >= 400 && status < 504, `${address}: ${status}`);
    }
    assert.equal((await ok('gatewayInstances.list')).length, 1);
  });

  test('E11 E14 E21 E29 tokens that are no job’s, another’s, forged or expired', async () => {
    const { token, step } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    const now = Math.floor(systemClock.now() / 1000);
    const claims = { email: 'ann@example.com', username: 'ann', workspace_id: 'prod' };
    const job = { ...claims, job_id: step, label: 'ephemeral-script', exp: now + 600 };
    const bobs = windmill.run({ path: 'f/team/digest', as: 'bob' });
    const rows: [token: string, reason: string][] = [
      ['a'.repeat(32), 'caller_unverified'],
      [server.token, 'caller_unverified'],
      [windmill.sign({ ...claims, exp: now + 600, label: 'session' }), 'caller_unverified'],
      [windmill.sign({ ...job, label: 'session' }), 'caller_unverified'],
      [windmill.sign({ ...job, job_id: newId() }), 'caller_unverified'],
      [windmill.sign({ ...job, job_id: bobs.step }), 'caller_unverified'],
      [windmill.sign(job, 'another key'), 'job_token_forged'],
      [windmill.sign({ ...job, workspace_id: 'dev' }), 'workspace_mismatch'],
      [windmill.sign({ ...job, exp: now - 90 }), 'job_token_expired'],
      [windmill.sign({ ...job, exp: now - 30 }), 'given'],
      [token, 'given'],
    ];
    for (const [said, reason] of rows) assert.equal(await reasonFor(said), reason, reason);
    assert.equal(await reasonFor(token, { job_id: bobs.step }), 'caller_unverified');
  });

  test('E13 E16 clients of nobody or another instance, and no such instance', async () => {
    const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    const local = await ok('gatewayClients.create', { name: 'own', instance: 'local' });
    const wrong = { ...client, secret: `${client.secret}x` };
    const rows: [Fields, Fields, reason: string, status: number][] = [
      [{}, {}, 'caller_unverified', 400],
      [{ windmill_instance: 'ours' }, {}, 'client_unknown', 401],
      [{}, basic(wrong), 'client_unknown', 401],
      [{}, basic({ id: 'gwc_nobody', secret: 'x' }), 'client_unknown', 401],
      [{}, { authorization: 'Basic !!!' }, 'client_unknown', 401],
      [{ windmill_instance: 'ours' }, basic(local), 'client_not_allowed', 400],
      [{}, basic(local), 'caller_unverified', 400],
      [{ windmill_instance: 'elsewhere' }, basic(client), 'instance_not_registered', 400],
    ];
    for (const [fields, headers, reason, status] of rows) {
      const answer = await exchange(token, fields, headers);
      assert.deepEqual([answer.body.reason_code, answer.status], [reason, status], reason);
    }
  });

  test('a client signs in place of a secret, each assertion once', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const secretHalf = {
      name: 'x',
      instance: 'ours',
      publicKey: privateKey.export({ format: 'jwk' }),
    };
    assert.equal((await server.op('gatewayClients.create', secretHalf)).status, 400);
    const made = await ok('gatewayClients.create', { name: 's', instance: 'ours', publicKey: jwk });
    assert.equal(made.secret, null);
    const key = await importJWK(privateKey.export({ format: 'jwk' }), 'ES256');
    const assertion = (audience: string, by = made.id) =>
      new SignJWT({ jti: newId() })
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(by)
        .setSubject(by)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(key);
    const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    const signed = (text: string): Fields => ({
      client_assertion: text,
      client_assertion_type: assertionType,
    });
    const good = signed(await assertion(`${server.origin}/auth/token`));
    assert.equal(await reasonFor(token, good, {}), 'given');
    assert.equal(await reasonFor(token, good, {}), 'client_unknown');
    const elsewhere = signed(await assertion('https://other.example'));
    assert.equal(await reasonFor(token, elsewhere, {}), 'client_unknown');
    const another = signed(await assertion(server.origin, client.id));
    assert.equal(await reasonFor(token, another, {}), 'client_unknown');
  });

  test('E18 fails closed when Windmill is not as it should be, without redirects', async () => {
    const faults = ['down', 'redirects', 'huge', 'nonsense', 'wrong shape', 'hangs'] as const;
    for (const fault of faults) {
      const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
      windmill.fault = fault;
      const { status, body } = await exchange(token);
      windmill.fault = undefined;
      const said = [status, body.error, body.reason_code];
      assert.deepEqual(said, [503, 'temporarily_unavailable', 'verifier_unavailable'], fault);
    }
    assert.ok(!windmill.asked.includes('/elsewhere'));
  });

  test('E20 E22 previews, ended runs, and people who may not be acted for', async () => {
    const rows: [wanted: object, reason: string][] = [
      [{ root: { job_kind: 'flowpreview' } }, 'job_is_preview'],
      [{ root: { running: false } }, 'job_not_running'],
      [{ root: { type: 'CompletedJob' } }, 'job_not_running'],
      [{ step: { canceled: true } }, 'job_not_running'],
      [{ root: { permissioned_as: 'g/team' } }, 'subject_not_allowed'],
      [{ root: { trigger_kind: 'app' } }, 'subject_not_allowed'],
      [{ root: { script_path: 'f/team/gone' } }, 'caller_unverified'],
      [{ root: { job_kind: 'script', script_path: 'f/team/x' } }, 'declaration_missing'],
    ];
    for (const [wanted, reason] of rows) {
      const { token } = windmill.run({ path: 'f/team/digest', as: 'ann', ...wanted });
      assert.equal(await reasonFor(token), reason, JSON.stringify(wanted));
    }
    const ann = windmill.people.get('ann') ?? {};
    const changes: [object, reason: string][] = [
      [{ disabled: true }, 'subject_disabled'],
      [{ is_service_account: true }, 'subject_not_allowed'],
      [{ non_member: true }, 'subject_not_allowed'],
      [{ verified: false }, 'subject_not_allowed'],
    ];
    for (const [change, reason] of changes) {
      const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
      windmill.people.set('ann', { ...ann, ...change });
      assert.equal(await reasonFor(token), reason, JSON.stringify(change));
    }
    windmill.people.set('ann', ann);
    windmill.people.set('eve', { ...ann, email: 'eve@example.com', username: 'eve' });
    windmill.people.set('root', {
      ...ann,
      email: 'superadmin_secret@windmill.dev',
      username: 'root',
    });
    const eve = windmill.run({ path: 'f/team/digest', as: 'eve' });
    assert.equal(await reasonFor(eve.token), 'subject_unknown');
    const sentinel = windmill.run({ path: 'f/team/digest', as: 'root' });
    assert.equal(await reasonFor(sentinel.token), 'subject_not_allowed');
  });

  test('a scheduled run acts for the owner of the schedule, as both say', async () => {
    const root = { created_by: 'schedule-x', trigger_kind: 'schedule', schedule_path: 'f/team/s' };
    const run = () => windmill.run({ path: 'f/team/digest', as: 'ann', root });
    assert.equal(await reasonFor(run().token), 'caller_unverified');
    const schedule = { email: 'bob@example.com', script_path: 'f/team/digest', is_flow: true };
    windmill.schedules.set('f/team/s', schedule);
    assert.equal(await reasonFor(run().token), 'caller_unverified');
    windmill.schedules.set('f/team/s', { ...schedule, email: 'ann@example.com' });
    assert.equal(await reasonFor(run().token), 'given');
  });

  test('E27 an edit by somebody else waits; one of the owner’s own holds at once', async () => {
    const deploy = (value: object, more: object) =>
      windmill.flows.set('f/team/digest', flow(value, more));
    const read = { 'gateway-services': [{ jira: ['read'] }] };
    const wide = { 'gateway-services': [{ jira: ['read', 'write', 'high_risk'] }] };
    const run = () => windmill.run({ path: 'f/team/digest', as: 'ann' });
    deploy(wide, { edited_by: 'bob', version_id: 2 });
    const { body } = await exchange(run().token);
    assert.deepEqual([body.error, body.reason_code], ['unauthorized_client', 'grant_pending']);
    await ok('gatewayGrants.approve', { id: body.grant_id });
    assert.equal(await reasonFor(run().token), 'given');
    deploy(read, { edited_by: 'ann', version_id: 3 });
    const narrowed = await exchange(run().token);
    assert.equal(narrowed.body.scope, 'jira:read');
    deploy(read, { edited_by: 'bob', version_id: 4 });
    assert.equal(await reasonFor(run().token), 'grant_pending');
    await ok('delegation.set', { enabled: true, approveReads: true });
    assert.equal(await reasonFor(run().token), 'given');
  });

  test('a flow that was deployed anew since its run began is refused', async () => {
    const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    const later = new Date(systemClock.now() + 60_000).toISOString();
    windmill.flows.set(
      'f/team/digest',
      flow({ 'gateway-services': { jira: 'read' } }, { edited_at: later }),
    );
    assert.equal(await reasonFor(token), 'declaration_invalid');
  });

  test('an instance that is removed takes its clients and tokens along', async () => {
    await ok('gatewayInstances.remove', { id: 'ours' });
    const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    assert.equal(await reasonFor(token), 'client_unknown');
  });

  test('every refusal has its row, with its reason and nothing else of what came in', async () => {
    const { text } = await dumpOf(server.databaseUrl, 'gateway_exchange');
    assert.ok(refusals.size > 30, String(refusals.size));
    for (const [id, { reason, token }] of refusals) {
      const row = text.split('\n').find((line) => line.includes(id));
      assert.match(row ?? 'none', new RegExp(`"reason_code": "${reason}"`), `${reason} ${id}`);
      assert.ok(!text.includes(token), reason);
    }
  });
});
