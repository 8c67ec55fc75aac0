// Tokens of a person: made, listed, narrowed and revoked by their owner alone, and never able to
// make more of themselves.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Invoke, refusal, startIdentity, type TestIdentity } from '../../test/kit/identity.ts';

interface Row {
  tokenPrefix: string;
}

describe('tokens', () => {
  let kit: TestIdentity;
  let ann: Invoke;
  let bob: Invoke;
  before(async () => {
    kit = await startIdentity();
    ann = kit.as(await kit.person('ann', 'developer'));
    bob = kit.as(await kit.person('bob', 'developer'));
    await kit.as(kit.ownerToken)('workspaces.create', { id: 'away', name: 'Away' });
  });
  after(() => kit.stop());

  const day = 24 * 3_600_000;
  const isoIn = (ms: number): string => new Date(kit.clock.now() + ms).toISOString();
  const make = async (by: Invoke, input: Record<string, unknown> = {}): Promise<string> =>
    (await by('tokens.create', input)).token;
  const rowOf = async (by: Invoke, token: string) => {
    const rows: Row[] = await by('tokens.list', { perPage: 1000 });
    return rows.find(({ tokenPrefix }) => tokenPrefix === token.slice(0, 10));
  };

  it('are shown once and stored as a hash', async () => {
    const made = await ann('tokens.create', { label: 'laptop', scopes: ['mcp'] });
    assert.match(made.token, /^[A-Za-z0-9]{32}$/);
    assert.equal(made.prefix, made.token.slice(0, 10));
    assert.deepEqual(await rowOf(ann, made.token), {
      label: 'laptop',
      expiration: kit.clock.now() + 90 * day,
      tokenPrefix: made.prefix,
      createdAt: kit.clock.now(),
      lastUsedAt: null,
      scopes: ['mcp:all'],
      email: 'ann@example.com',
      workspaceId: null,
      readOnly: false,
      inUrl: false,
      connected: false,
    });
    const listed = JSON.stringify(await ann('tokens.list'));
    assert.ok(!listed.includes(made.token) && !/[0-9a-f]{64}/.test(listed));
    assert.ok(!kit.logLines.some((line) => line.includes(made.token)));
  });

  it('are their owner’s alone', async () => {
    const token = await make(ann, { label: 'hers' });
    const prefix = token.slice(0, 10);
    assert.equal(await rowOf(bob, token), undefined);
    const missing = refusal('not_found');
    await assert.rejects(bob('tokens.delete', { prefix }), missing);
    await assert.rejects(bob('tokens.updateLabel', { prefix, label: 'x' }), missing);
    await assert.rejects(bob('tokens.updateScopes', { prefix, scopes: ['mcp'] }), missing);
    const owner = kit.as(kit.ownerToken);
    await assert.rejects(owner('tokens.delete', { prefix }), missing);
    assert.ok(await kit.identity.callerOfToken(token, 'home'));
  });

  it('list no sessions, and delete none', async () => {
    const session = await kit.person('sue');
    assert.deepEqual(await kit.as(session)('tokens.list'), []);
    const prefix = session.slice(0, 10);
    await assert.rejects(kit.as(session)('tokens.delete', { prefix }), refusal('not_found'));
  });

  it('stop at once when revoked, narrow at once when narrowed', async () => {
    const token = await make(ann);
    const prefix = token.slice(0, 10);
    await kit.as(token)('folders.list');
    await ann('tokens.updateScopes', { prefix, scopes: ['scripts:read'] });
    await assert.rejects(kit.as(token)('folders.list'), refusal('insufficient_scope'));
    await ann('tokens.updateScopes', { prefix, scopes: null });
    await kit.as(token)('folders.list');
    await ann('tokens.updateLabel', { prefix, label: 'renamed' });
    await ann('tokens.delete', { prefix });
    assert.equal(await kit.identity.callerOfToken(token, 'home'), undefined);
    await assert.rejects(ann('tokens.delete', { prefix }), refusal('not_found'));
  });

  it('end when they say, and not a moment later', async () => {
    const token = await make(ann, { expiration: isoIn(4_000) });
    kit.clock.pass(3_999);
    assert.ok(await kit.identity.callerOfToken(token, 'home'));
    kit.clock.pass(1);
    assert.equal(await kit.identity.callerOfToken(token, 'home'), undefined);
    assert.ok(await rowOf(ann, token), 'it is listed still, so that its owner sees why');
    for (const expiration of [isoIn(0), isoIn(-1), 'tomorrow', '2026-13-01T00:00:00Z', '']) {
      await assert.rejects(ann('tokens.create', { expiration }), refusal('invalid_input'));
    }
  });

  it('refuse scopes that mean nothing', async () => {
    const rows: [scopes: unknown, words: RegExp][] = [
      [['everything'], /Unknown scope "everything".*mcp:all/],
      [['mcp:al'], /Unknown scope/],
      [[], /leave scopes out/],
      [['scripts:read', 'scripts:destroy'], /"scripts:destroy".*scripts:write/],
      ['mcp:all', /scopes: /],
    ];
    for (const [scopes, words] of rows) {
      await assert.rejects(ann('tokens.create', { scopes }), refusal('invalid_input', words));
    }
  });

  it('read only when they are read-only', async () => {
    const mine = kit.as(await make(ann, { readOnly: true }));
    await mine('folders.list');
    await assert.rejects(mine('folders.create', { name: 'x' }), refusal('forbidden', /read-only/));
    await assert.rejects(mine('tokens.create'), refusal('forbidden', /read-only/));
  });

  it('bound to a workspace are good there alone', async () => {
    const token = await make(ann, { workspaceId: 'home' });
    const mine = kit.as(token);
    await mine('folders.list');
    assert.equal((await kit.identity.callerOfToken(token, 'away'))?.membership, null);
    await assert.rejects(mine('folders.list', {}, 'away'), refusal('forbidden', /bound/));
    assert.equal((await mine('users.me', {}, null)).email, 'ann@example.com');
    for (const workspaceId of ['away', 'nowhere']) {
      await assert.rejects(ann('tokens.create', { workspaceId }), refusal('not_found'));
    }
  });

  it('of an instance admin, bound to a workspace, change nothing outside it', async () => {
    const owner = kit.as(kit.ownerToken);
    const mine = kit.as(await make(owner, { workspaceId: 'home' }));
    await mine('members.add', { email: 'gone@x.y' }).catch(refusal('not_found'));
    await assert.rejects(mine('folders.list', {}, 'away'), refusal('forbidden', /bound/));
    for (const workspace of ['home', null]) {
      const user = { email: 'new@example.com', password: 'long enough' };
      await assert.rejects(mine('users.create', user, workspace), refusal('forbidden', /bound/));
    }
    const { workspaces } = await mine('workspaces.mine', {}, null);
    assert.deepEqual(
      workspaces.map(({ id }: { id: string }) => id),
      ['home'],
    );
  });

  describe('that make tokens', () => {
    const more = refusal('insufficient_scope', /beyond it/);

    it('give within their scopes, never beyond', async () => {
      const scopes = ['tokens:write', 'scripts:read:f/team/*', 'mcp:scripts:f/team/*'];
      const maker = kit.as(await make(ann, { scopes }));
      for (const given of [['scripts:read:f/team/a'], ['mcp:scripts:f/team/deep/*'], scopes]) {
        await make(maker, { scopes: given });
      }
      for (const wanted of [['scripts:read'], ['mcp:all'], ['scripts:read:f/te/*', 'jobs:run']]) {
        await assert.rejects(maker('tokens.create', { scopes: wanted }), more);
      }
      await assert.rejects(maker('tokens.create', {}), more);
    });

    it('bound to a workspace give tokens of the same, unasked', async () => {
      const maker = kit.as(await make(ann, { workspaceId: 'home' }));
      const row = await rowOf(ann, await make(maker));
      assert.equal((row as unknown as { workspaceId: string }).workspaceId, 'home');
      await assert.rejects(
        maker('tokens.create', { workspaceId: 'away' }),
        refusal('forbidden', /bound to the workspace home/),
      );
    });

    it('that end give none that outlives them', async () => {
      const maker = kit.as(await make(ann, { expiration: isoIn(60_000) }));
      const outlives = refusal('forbidden', /outlives/);
      await assert.rejects(maker('tokens.create'), outlives);
      await assert.rejects(maker('tokens.create', { expiration: isoIn(60_001) }), outlives);
      await make(maker, { expiration: isoIn(60_000) });
    });

    it('change no other token into more, themselves neither', async () => {
      const narrow = await make(ann, { scopes: ['tokens:write', 'scripts:read'] });
      const other = await make(ann, { scopes: ['scripts:read'] });
      const away = await make(ann, { scopes: ['scripts:read'] });
      const mine = kit.as(narrow);
      for (const target of [narrow, other]) {
        for (const scopes of [null, ['scripts:write']]) {
          const input = { prefix: target.slice(0, 10), scopes };
          await assert.rejects(mine('tokens.updateScopes', input), more);
        }
      }
      const bound = kit.as(await make(ann, { workspaceId: 'home' }));
      await assert.rejects(
        bound('tokens.updateScopes', { prefix: away.slice(0, 10), scopes: null }),
        refusal('forbidden', /bound/),
      );
    });

    it('give nothing any more once they are gone', async () => {
      const token = await make(ann);
      const caller = await kit.identity.callerOfToken(token, 'home');
      assert.ok(caller);
      await ann('tokens.delete', { prefix: token.slice(0, 10) });
      // A snapshot from a moment before.
      await assert.rejects(kit.asCaller(caller)('tokens.create'), refusal('unauthenticated'));
    });
  });

  it('are pruned a month after they ended, sessions at once', async () => {
    const session = await kit.person('old');
    const token = await make(kit.as(session), { expiration: isoIn(day) });
    const left = async (): Promise<number> => {
      const login = { email: 'old@example.com', password: 'correct horse battery' };
      const again = await kit.as(null)('session.login', login);
      return (await kit.as(again.token)('tokens.list')).length;
    };
    kit.clock.pass(30 * day);
    await kit.identity.stop();
    await kit.identity.start();
    assert.equal(await left(), 1);
    kit.clock.pass(day + 1);
    await kit.identity.stop();
    assert.equal(await left(), 0);
    assert.equal(await kit.identity.callerOfToken(token, null), undefined);
  });
});
