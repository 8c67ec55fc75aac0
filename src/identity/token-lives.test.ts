// How long tokens live and how they are renewed: the 90 days of those for assistants, rotation with
// and without a grace, tokens of somebody else, and tokens that stand in addresses.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Invoke, refusal, startIdentity, type TestIdentity } from '../../test/kit/identity.ts';

describe('the life of a token', () => {
  let kit: TestIdentity;
  let ann: Invoke;
  let bob: Invoke;
  let owner: Invoke;
  before(async () => {
    kit = await startIdentity();
    ann = kit.as(await kit.person('ann', 'developer'));
    bob = kit.as(await kit.person('bob', 'developer'));
    owner = kit.as(kit.ownerToken);
  });
  after(() => kit.stop());

  const day = 24 * 3_600_000;
  const isoIn = (ms: number): string => new Date(kit.clock.now() + ms).toISOString();
  const prefixOf = (token: string): string => token.slice(0, 10);
  const works = async (token: string): Promise<boolean> =>
    (await kit.identity.callerOfToken(token, 'home')) !== undefined;
  const rowOf = async (by: Invoke, token: string) =>
    (await by('tokens.list', { perPage: 1000 })).find(
      ({ tokenPrefix }: { tokenPrefix: string }) => tokenPrefix === prefixOf(token),
    );

  const ends: [input: Record<string, unknown>, inMs: number | null][] = [
    [{ scopes: ['mcp:all'] }, 90 * day],
    [{ scopes: ['mcp:favorites', 'people:read'] }, 90 * day],
    [{ scopes: ['mcp:all'], expiration: null }, null],
    [{ scopes: ['mcp:all', 'jobs:read'] }, null],
    [{ scopes: ['jobs:read'] }, null],
    [{}, null],
  ];
  for (const [input, inMs] of ends) {
    it(`${JSON.stringify(input)} ends ${inMs === null ? 'never' : 'in 90 days'}`, async () => {
      const made = await ann('tokens.create', input);
      assert.equal(made.expiresAt, inMs === null ? null : kit.clock.now() + inMs);
    });
  }

  it('of a token that ends sooner is no longer', async () => {
    const scopes = ['tokens:write', 'mcp:all'];
    const maker = await ann('tokens.create', { scopes, expiration: isoIn(day) });
    const made = await kit.as(maker.token)('tokens.create', { scopes: ['mcp:all'] });
    assert.equal(made.expiresAt, kit.clock.now() + day);
  });

  it('begins anew when it is rotated, and the old one dies at once', async () => {
    const scopes = ['mcp:scripts:f/team/*'];
    const input = { scopes, readOnly: true, label: 'desk', workspaceId: 'home' };
    const old = await ann('tokens.create', { ...input, expiration: isoIn(10 * day) });
    kit.clock.pass(4 * day);
    const fresh = await ann('tokens.rotate', { prefix: old.prefix });
    assert.notEqual(fresh.token, old.token);
    assert.equal(fresh.expiresAt, kit.clock.now() + 10 * day);
    assert.ok(!(await works(old.token)) && (await works(fresh.token)));
    const row = await rowOf(ann, fresh.token);
    assert.deepEqual(
      [row.scopes, row.readOnly, row.label, row.workspaceId],
      [scopes, true, 'desk', 'home'],
    );
    assert.ok(!kit.logLines.some((line) => line.includes(fresh.token)));
  });

  it('of the old one ends after the grace, not before', async () => {
    const old = await ann('tokens.create', { label: 'many places' });
    const fresh = await ann('tokens.rotate', { prefix: old.prefix, graceMs: 60_000 });
    assert.equal(fresh.oldEndsAt, kit.clock.now() + 60_000);
    kit.clock.pass(59_999);
    assert.ok((await works(old.token)) && (await works(fresh.token)));
    kit.clock.pass(1);
    assert.ok(!(await works(old.token)) && (await works(fresh.token)));
    for (const graceMs of [-1, 8 * day, 1.5, '1m']) {
      await assert.rejects(
        ann('tokens.rotate', { prefix: fresh.prefix, graceMs }),
        refusal('invalid_input'),
      );
    }
  });

  it('is renewed by its owner alone, and never into more', async () => {
    const old = await ann('tokens.create', { scopes: ['jobs:read'] });
    await assert.rejects(bob('tokens.rotate', { prefix: old.prefix }), refusal('not_found'));
    const full = await ann('tokens.create', {});
    const narrow = await ann('tokens.create', { scopes: ['tokens:write', 'jobs:read'] });
    const mine = kit.as(narrow.token);
    await assert.rejects(
      mine('tokens.rotate', { prefix: full.prefix }),
      refusal('insufficient_scope'),
    );
    assert.ok(await works(full.token));
    await mine('tokens.rotate', { prefix: old.prefix });
    const itself = await mine('tokens.rotate', { prefix: narrow.prefix });
    assert.ok(!(await works(narrow.token)) && (await works(itself.token)));
  });

  it('makes one new token of an old one, however many ask', async () => {
    const { prefix } = await ann('tokens.create', {});
    const asked = Array.from({ length: 5 }, () => ann('tokens.rotate', { prefix }));
    const made = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled');
    assert.equal(made.length, 1);
  });

  it('of somebody else is made by an admin of the instance alone, who cannot hide it', async () => {
    const input = { impersonate: 'ANN@example.com', label: 'support', scopes: ['jobs:read'] };
    await assert.rejects(bob('tokens.impersonate', input), refusal('forbidden'));
    const { token } = await owner('tokens.impersonate', input);
    assert.equal((await kit.identity.callerOfToken(token, null))?.email, 'ann@example.com');
    assert.equal((await rowOf(ann, token)).label, 'support');
    assert.equal(await rowOf(owner, token), undefined);
    const nobody = { impersonate: 'nobody@example.com' };
    await assert.rejects(owner('tokens.impersonate', nobody), refusal('not_found'));
  });

  it('in an address holds mcp: scopes alone, also later', async () => {
    const made = await ann('tokens.create', { scopes: ['mcp:favorites'], inUrl: true });
    assert.match(made.token, /^mru_[A-Za-z0-9]{32}$/);
    assert.equal((await rowOf(ann, made.token)).inUrl, true);
    for (const scopes of [undefined, ['jobs:run'], ['mcp:all', 'jobs:read']]) {
      const input = scopes ? { scopes, inUrl: true } : { inUrl: true };
      await assert.rejects(ann('tokens.create', input), refusal('invalid_input'));
      const change = { prefix: made.prefix, scopes: scopes ?? null };
      await assert.rejects(ann('tokens.updateScopes', change), refusal('invalid_input'));
    }
    const fresh = await ann('tokens.rotate', { prefix: made.prefix });
    assert.match(fresh.token, /^mru_/);
  });

  it('in an address is the choice of the instance', async () => {
    await assert.rejects(ann('tokens.allowUrlTokens', { allowed: false }), refusal('forbidden'));
    await owner('tokens.allowUrlTokens', { allowed: false });
    assert.deepEqual(await ann('tokens.urlTokens'), { allowed: false });
    const input = { scopes: ['mcp:all'], inUrl: true };
    await assert.rejects(ann('tokens.create', input), refusal('forbidden', /no tokens in address/));
    await owner('tokens.allowUrlTokens', { allowed: true });
    await ann('tokens.create', input);
  });

  it('knows what scopes may name', async () => {
    const domains = await ann('tokens.scopes');
    const scripts = domains.find(({ domain }: { domain: string }) => domain === 'scripts');
    assert.deepEqual(scripts.scopes, [
      { scope: 'scripts:read', takesPaths: true },
      { scope: 'scripts:write', takesPaths: true },
    ]);
    assert.ok(!JSON.stringify(domains).includes('login:write'));
  });
});
