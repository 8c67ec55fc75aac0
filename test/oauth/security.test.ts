// What must not work: codes twice, PKCE left out, old refresh tokens, tokens of people who may not
// any more; and what must work in spite of parallel requests.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type MovingClock, movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, mcpStatus, password, redirectUri } from './kit.ts';

describe('security of OAuth', () => {
  let server: TestServer;
  let client: ReturnType<typeof createClient>;
  let clock: MovingClock;
  let clientId = '';
  const email = 'ann@example.com';

  before(async () => {
    clock = movingClock();
    server = await startTestServer({ MILLRACE_ANONYMOUS_RATE: '0' }, { clock });
    client = createClient(server);
    await person(email, 'ann');
    clientId = await client.clientId();
  });
  after(() => server?.stop());

  async function person(address: string, username: string): Promise<void> {
    await server.op('users.create', { email: address, password });
    await server.op('members.add', { email: address, username, role: 'developer' });
  }
  const works = (token: string) => mcpStatus(server, token);
  const outcome = ({ status, body }: { status: number; body: any }) => [status, body.error];
  const redirected = async (more: Record<string, string>, without: readonly string[] = []) => {
    const url = new URL(client.authorizeUrl(clientId, more).url);
    for (const name of without) url.searchParams.delete(name);
    const response = await fetch(url, { redirect: 'manual' });
    const { searchParams } = new URL(
      // Where a token was asked for, errors come in the fragment.
      (response.headers.get('location') ?? '').replace('#', '?'),
      server.origin,
    );
    const [error, state, iss] = ['error', 'state', 'iss'].map((name) => searchParams.get(name));
    return { status: response.status, error, state, iss };
  };

  it('B02 a code is good once, and used twice takes its tokens along', async () => {
    const fields = await client.consented(email, { clientId });
    const first = await client.code(fields);
    assert.equal(first.status, 200);
    assert.equal(await works(first.body.access_token), 200);
    assert.deepEqual(outcome(await client.code(fields)), [400, 'invalid_grant']);
    assert.equal(await works(first.body.access_token), 401);
    const refreshed = await client.refresh(clientId, first.body.refresh_token);
    assert.deepEqual(outcome(refreshed), [400, 'invalid_grant']);
  });

  it('B02 of five that hand in a code at once, at most one gets tokens', async () => {
    const fields = await client.consented(email, { clientId });
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.code(fields)));
    const good = answers.filter(({ status }) => status === 200);
    assert.ok(good.length <= 1, JSON.stringify(answers.map(({ status }) => status)));
    const bad = answers.filter(({ status }) => status !== 200);
    for (const answer of bad) assert.deepEqual(outcome(answer), [400, 'invalid_grant']);
  });

  it('B02 a code belongs to its client, address and verifier', async () => {
    const { body } = await client.register({ client_name: 'Other', redirect_uris: [redirectUri] });
    const changes: Record<string, string>[] = [
      { client_id: body.client_id },
      { redirect_uri: 'http://127.0.0.1:43210/other' },
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: '' },
      { code: 'x'.repeat(43) },
    ];
    for (const change of changes) {
      const fields = await client.consented(email, { clientId });
      const answer = await client.code({ ...fields, ...change });
      assert.equal(answer.status, 400, JSON.stringify([change, answer.body]));
      assert.match(answer.body.error, /^invalid_(?:grant|request)$/);
      assert.equal(answer.body.access_token, undefined);
    }
  });

  it('B02 a code ends after a minute', async () => {
    const fields = await client.consented(email, { clientId });
    clock.pass(61_000);
    assert.deepEqual(outcome(await client.code(fields)), [400, 'invalid_grant']);
  });

  it('B02 PKCE is not left out, and not plain; the error says who speaks', async () => {
    const none = ['code_challenge', 'code_challenge_method'];
    const refusals = [
      await redirected({}, none),
      await redirected({}, ['code_challenge']),
      await redirected({ code_challenge_method: 'plain' }),
      await redirected({}, ['code_challenge_method']),
      await redirected({ code_challenge: 'short' }),
    ];
    for (const refusal of refusals) {
      const said = { status: 303, error: 'invalid_request', state: 'st', iss: server.origin };
      assert.deepEqual(refusal, said);
    }
    assert.equal((await redirected({ response_type: 'token' })).error, 'unsupported_response_type');
    assert.equal(
      (await redirected({ resource: 'https://evil.example/mcp' })).error,
      'invalid_target',
    );
    assert.equal(
      (await redirected({ resource: `${server.origin}/api/x` })).error,
      'invalid_target',
    );
    assert.equal((await redirected({}, ['scope'])).error, null, 'a scope is not needed');
  });

  it('B01 answers name the issuer, and foreign resources are refused for tokens too', async () => {
    const mcp = `${server.origin}/api/mcp/w/test/mcp`;
    const fields = await client.consented(email, { clientId, more: { resource: mcp } });
    const foreign = await client.code({ ...fields, resource: 'https://evil.example/mcp' });
    assert.deepEqual(outcome(foreign), [400, 'invalid_target']);
  });

  it('a client that nobody knows is told so, as clients expect it', async () => {
    const unknown = await client.refresh('no-such-client', 'x'.repeat(43));
    assert.deepEqual(outcome(unknown), [401, 'invalid_client']);
    const page = await fetch(client.authorizeUrl('no-such-client').url, { redirect: 'manual' });
    assert.equal(page.status, 400);
    assert.equal(page.headers.get('location'), null);
  });

  it('B02 five that refresh at once all go on; an old refresh token ends the family', async () => {
    const first = await client.connect(email, { clientId });
    const refresh = () => client.refresh(clientId, first.refresh_token);
    const answers = await Promise.all(Array.from({ length: 5 }, refresh));
    for (const { status, body } of answers) {
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(await works(body.access_token), 200);
    }
    clock.pass(61_000);
    const last = answers[4]?.body;
    const next = await client.refresh(clientId, last.refresh_token);
    assert.equal(next.status, 200, 'a refresh token that was not used is good');
    assert.deepEqual(outcome(await refresh()), [400, 'invalid_grant']);
    assert.equal(await works(next.body.access_token), 401);
    const dead = await client.refresh(clientId, next.body.refresh_token);
    assert.deepEqual(outcome(dead), [400, 'invalid_grant']);
  });

  it('a token of another client is neither refreshed, revoked nor explained', async () => {
    const tokens = await client.connect(email, { clientId });
    const { body } = await client.register({ client_name: 'Thief', redirect_uris: [redirectUri] });
    const stolen = await client.refresh(body.client_id, tokens.refresh_token);
    assert.deepEqual(outcome(stolen), [400, 'invalid_grant']);
    await client.revoke(body.client_id, tokens.access_token);
    assert.equal(await works(tokens.access_token), 200);
    const told = await client.introspect(body.client_id, tokens.access_token);
    assert.ok(told.body.active !== true, JSON.stringify(told.body));
    assert.equal(told.body.sub, undefined);
  });

  const nameOf = (address: string): string => address.split('@', 1)[0] ?? '';
  const ends: [string, (address: string) => Promise<{ status: number; body: any }>][] = [
    ['is disabled', (address) => server.op('users.update', { email: address, disabled: true })],
    [
      'leaves the workspace',
      (address) => server.op('members.remove', { username: nameOf(address) }),
    ],
  ];
  for (const [what, end] of ends) {
    it(`tokens stop when the person ${what}`, async () => {
      const address = `${what.split(' ')[0]}@example.com`;
      await person(address, nameOf(address));
      const tokens = await client.connect(address, { clientId });
      assert.equal(await works(tokens.access_token), 200);
      const ended = await end(address);
      assert.equal(ended.status, 200, JSON.stringify(ended.body));
      assert.ok([401, 403].includes(await works(tokens.access_token)));
      const refreshed = await client.refresh(clientId, tokens.refresh_token);
      if (refreshed.status !== 200) return;
      assert.equal(await works(refreshed.body.access_token), 403, 'and a new one is no better');
    });
  }
});
