// From a token to a caller: what the snapshot holds, that it dies with what it was made from, at
// once here and by a notification elsewhere, and what it costs.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type Invoke,
  password,
  startIdentity,
  type TestIdentity,
} from '../../test/kit/identity.ts';
import type { Caller } from '../operation/index.ts';
import type { Identity } from './index.ts';

describe('callers', () => {
  let kit: TestIdentity;
  let owner: Invoke;
  let count = 0;
  let name = '';
  before(async () => {
    kit = await startIdentity();
    owner = kit.as(kit.ownerToken);
    await owner('workspaces.create', { id: 'away', name: 'Away' });
  });
  beforeEach(() => {
    count += 1;
    name = `c${count}`;
  });
  after(() => kit.stop());

  const of = (token: string, workspace: string | null = 'home') =>
    kit.identity.callerOfToken(token, workspace);
  const jobOf = (username: string, scopes: string[] | null = null): string => {
    const token = `mrj_${name}`;
    kit.jobs.set(token, { jobId: `job-${name}`, workspace: 'home', username, scopes });
    return token;
  };

  it('hold everything that a decision needs', async () => {
    const session = await kit.person(name, 'developer');
    const mine = kit.as(session);
    await mine('groups.create', { name: `g${name}` });
    await mine('folders.create', { name: `own_${name}` });
    const grants = { write: { [`u/${name}`]: true }, read: { [`g/g${name}`]: false } };
    await owner('folders.create', { name: `write_${name}`, extraPerms: grants.write });
    await owner('folders.create', { name: `read_${name}`, extraPerms: grants.read });
    await owner('folders.create', { name: `owners_${name}`, owners: [`g/g${name}`] });
    await owner('folders.create', { name: `none_${name}`, extraPerms: { 'u/c': true } });
    const { token } = await mine('tokens.create', { scopes: ['scripts:read'], readOnly: true });
    const { userId, tokenId, ...caller } = (await of(token)) as Caller;
    assert.ok(userId !== null && tokenId !== null);
    assert.deepEqual(caller, {
      kind: 'token',
      email: `${name}@example.com`,
      superAdmin: false,
      devops: false,
      scopes: ['scripts:read'],
      readOnly: true,
      tokenPrefix: token.slice(0, 10),
      boundWorkspace: null,
      audience: null,
      connected: false,
      stars: null,
      jobId: null,
      delegation: null,
      membership: {
        workspace: 'home',
        username: name,
        role: 'developer',
        groups: ['all', `g${name}`],
        folders: {
          read: ['examples', `own_${name}`, `owners_${name}`, `read_${name}`, `write_${name}`],
          write: [`own_${name}`, `owners_${name}`, `write_${name}`],
          own: [`own_${name}`, `owners_${name}`],
        },
      },
    });
    assert.equal((await of(session))?.tokenPrefix, null, 'sessions show no prefix');
  });

  it('are members only where they are', async () => {
    const session = await kit.person(name, 'developer');
    for (const workspace of [null, 'away', 'nowhere', '', 'HOME', 'a\0b', 'x'.repeat(9000)]) {
      const caller = await of(session, workspace);
      assert.equal(caller?.email, `${name}@example.com`, String(workspace));
      assert.equal(caller.membership, null, String(workspace));
    }
  });

  it('are nobody for what is no token', async () => {
    const session = await kit.person(name);
    const made = [
      session.slice(0, 31),
      `${session}x`,
      session.toLowerCase(),
      '',
      ' ',
      '\0',
      'mrj_',
    ];
    for (const token of made) assert.equal(await of(token), undefined, token);
    const secret = await kit.identity.setup.createLink();
    assert.equal(await of(secret), undefined, 'a set-up link is nobody’s');
  });

  it('are admins everywhere as admins of the instance, as guests under their address', async () => {
    await owner('users.create', { email: `${name}@x.y`, password, superAdmin: true });
    const { token } = await kit.as(null)('session.login', { email: `${name}@x.y`, password });
    const guest = (await of(token))?.membership;
    assert.deepEqual([guest?.username, guest?.role], [`${name}@x.y`, 'admin']);
    assert.equal((await of(token, 'nowhere'))?.membership, null);
    await owner('members.add', { email: `${name}@x.y`, username: name, role: 'operator' });
    const member = (await of(token))?.membership;
    assert.deepEqual([member?.username, member?.role], [name, 'admin']);
    await owner('members.update', { username: name, disabled: true });
    assert.equal((await of(token))?.membership?.role, 'admin');
    await owner('users.update', { email: `${name}@x.y`, superAdmin: false });
    assert.equal((await of(token))?.membership, null);
  });

  it('of jobs act as who started them, within the same scopes, in one workspace', async () => {
    await kit.person(name, 'developer');
    const caller = await of(jobOf(name, ['jobs:run']));
    assert.deepEqual(
      [caller?.kind, caller?.jobId, caller?.scopes, caller?.boundWorkspace, caller?.tokenId],
      ['job', `job-${name}`, ['jobs:run'], 'home', null],
    );
    assert.equal(caller?.membership?.username, name);
    assert.equal((await of(`mrj_${name}`, 'away'))?.membership, null);
    kit.jobs.clear();
    assert.equal(await of(`mrj_${name}`), undefined, 'the token dies with the job');
  });

  it('of jobs have no offices, also of a guest', async () => {
    await owner('users.create', { email: `${name}@x.y`, password, superAdmin: true });
    const guest = await of(jobOf(`${name}@x.y`));
    assert.deepEqual([guest?.superAdmin, guest?.membership?.role], [false, 'admin']);
    const own = await of(jobOf('owner'));
    assert.deepEqual([own?.superAdmin, own?.membership?.role], [false, 'admin']);
    assert.equal(await of(jobOf('nobody')), undefined);
    assert.equal(await of(jobOf(`${name}@other.y`)), undefined);
  });

  it('in the background are members with full rights, or nobody', async () => {
    await kit.person(name, 'operator');
    const caller = await kit.identity.membership('home', name);
    assert.deepEqual(
      [caller?.kind, caller?.scopes, caller?.membership?.role],
      ['job', null, 'operator'],
    );
    assert.equal(await kit.identity.membership('away', name), undefined);
    assert.equal(await kit.identity.membership('home', name.toUpperCase()), undefined);
  });

  describe('elsewhere', () => {
    let there: Identity;
    before(async () => {
      there = await kit.another();
    });

    /** Until the other process has heard; the clock stands, so nothing runs out by itself. */
    async function untilThere(
      token: string,
      changed: (caller: Caller | undefined) => boolean,
    ): Promise<void> {
      while (!changed(await there.callerOfToken(token, 'home'))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }

    const changes: [
      what: string,
      (mine: Invoke, who: string, prefix: string) => Promise<unknown>,
    ][] = [
      ['a token that is revoked', (mine, _who, prefix) => mine('tokens.delete', { prefix })],
      ['a person who is deleted', (_mine, who) => owner('users.delete', { email: who })],
      [
        'a person who is disabled',
        (_mine, who) => owner('users.update', { email: who, disabled: true }),
      ],
    ];
    for (const [what, change] of changes) {
      it(`hears of ${what}`, async () => {
        const mine = kit.as(await kit.person(name, 'developer'));
        const { token, prefix } = await mine('tokens.create');
        assert.ok(await there.callerOfToken(token, 'home'));
        await change(mine, `${name}@example.com`, prefix);
        assert.equal(await of(token), undefined, 'at once where it happened');
        await untilThere(token, (caller) => caller === undefined);
      });
    }

    it('hears of memberships, groups and folders', async () => {
      const session = await kit.person(name, 'developer');
      await there.callerOfToken(session, 'home');
      await owner('members.update', { username: name, role: 'operator' });
      await untilThere(session, (caller) => caller?.membership?.role === 'operator');
      await owner('groups.create', { name });
      await owner('groups.addUser', { name, username: name });
      await untilThere(session, (caller) => caller?.membership?.groups.includes(name) === true);
      await owner('folders.create', { name, extraPerms: { [`g/${name}`]: true } });
      const writes = (caller: Caller | undefined) =>
        caller?.membership?.folders.write.includes(name) === true;
      await untilThere(session, writes);
      await owner('groups.removeUser', { name, username: name });
      await untilThere(session, (caller) => !writes(caller));
      await owner('members.remove', { username: name });
      await untilThere(session, (caller) => caller?.membership === null);
    });
  });

  it('are read once in a few seconds', async () => {
    const session = await kit.person(name, 'developer');
    const first = await of(session);
    assert.equal(await of(session), first, 'the same snapshot');
    kit.clock.pass(4_999);
    assert.equal(await of(session), first);
    kit.clock.pass(1);
    const second = await of(session);
    assert.notEqual(second, first);
    assert.deepEqual(second, first);
  });

  it('note when a token was last used, once a minute, behind', async () => {
    const mine = kit.as(await kit.person(name, 'developer'));
    const { token } = await mine('tokens.create');
    const lastUsed = async (): Promise<number | null> => {
      // Writes what is noted, and goes on.
      await kit.identity.stop();
      await kit.identity.start();
      return (await mine('tokens.list'))[0].lastUsedAt;
    };
    assert.equal(await lastUsed(), null);
    await of(token);
    const first = kit.clock.now();
    assert.equal(await lastUsed(), first);
    kit.clock.pass(59_999);
    await of(token);
    assert.equal(await lastUsed(), first);
    kit.clock.pass(1);
    await of(token);
    assert.equal(await lastUsed(), kit.clock.now());
  });
});
