// People, members, passwords and sessions through their operations: what they do, what never
// shows, and what happens when two come at once.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type Invoke,
  ownerEmail,
  password,
  refusal,
  startIdentity,
  type TestIdentity,
} from '../../test/kit/identity.ts';

let kit: TestIdentity;
let owner: Invoke;
let count = 0;
let name = '';

const emailOf = (who: string): string => `${who}@example.com`;

describe('identity', () => {
  before(async () => {
    kit = await startIdentity();
    owner = kit.as(kit.ownerToken);
  });
  after(() => kit.stop());
  beforeEach(() => {
    count += 1;
    name = `p${count}`;
  });

  describe('people', () => {
    it('are known by their address in small letters', async () => {
      const made = await owner('users.create', {
        email: `  ${name.toUpperCase()}@Example.COM `,
        password,
        name: 'Ann B.',
      });
      assert.deepEqual(made, { email: emailOf(name) });
      const again = { email: emailOf(name), password };
      await assert.rejects(owner('users.create', again), refusal('conflict', /already/));
      const login = { email: `${name}@EXAMPLE.com `, password };
      const { token } = await kit.as(null)('session.login', login);
      const me = await kit.as(token)('users.me');
      assert.deepEqual([me.email, me.name, me.username], [emailOf(name), 'Ann B.', null]);
    });

    it('refuses addresses, names and passwords that are none', async () => {
      const rows: [field: string, value: unknown][] = [
        ['email', 'nobody'],
        ['email', 'a@b@c'],
        ['email', 'a b@c.d'],
        ['email', `${'x'.repeat(255)}@y.z`],
        ['email', 'a/b@c.d'],
        ['email', 7],
        ['password', 'short'],
        ['password', 'x'.repeat(201)],
        ['name', 'two\nlines'],
        ['superAdmin', 'yes'],
      ];
      for (const [field, value] of rows) {
        const input = { email: emailOf(name), password, [field]: value };
        await assert.rejects(
          owner('users.create', input),
          refusal('invalid_input', new RegExp(`^${field}: `)),
          `${field} ${String(value)}`,
        );
      }
    });

    it('of two that are made at once with one address, one is', async () => {
      const input = { email: emailOf(name), password };
      const made = await Promise.allSettled([
        owner('users.create', input),
        owner('users.create', input),
        owner('users.create', input),
      ]);
      const states = made.map(({ status }) => status).toSorted();
      assert.deepEqual(states, ['fulfilled', 'rejected', 'rejected']);
    });

    it('are listed without anything secret', async () => {
      await kit.person(name, 'operator');
      const all = await owner('users.listAll', { perPage: 1000 });
      const row = all.find(({ email }: { email: string }) => email === emailOf(name));
      assert.deepEqual(row, {
        email: emailOf(name),
        name: null,
        company: null,
        verified: true,
        superAdmin: false,
        devops: false,
        disabled: false,
      });
      const members = await owner('users.list', { perPage: 1000 });
      const member = members.find(({ username }: { username: string }) => username === name);
      assert.deepEqual([member.operator, member.isAdmin, member.groups], [true, false, ['all']]);
      assert.ok(!/argon2|hash/i.test(JSON.stringify([all, members])));
    });

    it('are shut out at once when disabled, and let in again', async () => {
      const session = await kit.person(name, 'developer');
      const { token } = await kit.as(session)('tokens.create');
      await owner('users.update', { email: emailOf(name), disabled: true });
      for (const dead of [session, token]) {
        assert.equal(await kit.identity.callerOfToken(dead, 'home'), undefined);
      }
      const login = { email: emailOf(name), password };
      await assert.rejects(kit.as(null)('session.login', login), refusal('unauthenticated'));
      assert.equal(await kit.identity.membership('home', name), undefined);
      await owner('users.update', { email: emailOf(name), disabled: false });
      assert.ok(await kit.identity.callerOfToken(token, 'home'), 'the token works again');
      assert.equal(
        await kit.identity.callerOfToken(session, 'home'),
        undefined,
        'the session ended',
      );
    });

    it('take along tokens, sessions and grants when deleted', async () => {
      const session = await kit.person(name, 'developer');
      const { token } = await kit.as(session)('tokens.create');
      await owner('folders.create', { name, owners: [`u/${name}`], extraPerms: { 'u/x': true } });
      await owner('users.delete', { email: emailOf(name) });
      for (const dead of [session, token]) {
        assert.equal(await kit.identity.callerOfToken(dead, 'home'), undefined);
      }
      const folder = await owner('folders.get', { name });
      assert.deepEqual(
        [folder.owners, folder.extraPerms],
        [['u/owner'], { 'u/owner': true, 'u/x': true }],
      );
    });

    it('keep one admin of the instance, also when two go at once', async () => {
      const last = refusal('conflict', /last admin/);
      await assert.rejects(owner('users.delete', { email: ownerEmail }), last);
      const step = { email: ownerEmail, superAdmin: false };
      await assert.rejects(owner('users.update', step), last);
      await assert.rejects(owner('users.update', { email: ownerEmail, disabled: true }), last);
      await owner('users.create', { email: emailOf(name), password, superAdmin: true });
      const both = await Promise.allSettled([
        owner('users.update', { email: emailOf(name), superAdmin: false }),
        owner('users.update', step),
      ]);
      assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
      // Whoever it was makes the owner one again, who is needed below.
      const login = { email: emailOf(name), password };
      const other = kit.as((await kit.as(null)('session.login', login)).token);
      const again = { email: ownerEmail, superAdmin: true };
      await owner('users.update', again).catch(async (error: unknown) => {
        refusal('forbidden')(error);
        await other('users.update', again);
      });
      await owner('users.listAll');
    });
  });

  describe('members', () => {
    it('get a name of their address, and a number where it is taken', async () => {
      for (const host of ['a.example', 'b.example', 'c.example']) {
        await owner('users.create', { email: `Jo.${name}@${host}`, password });
      }
      const first = await owner('members.add', { email: `jo.${name}@a.example` });
      assert.deepEqual(first, {
        email: `jo.${name}@a.example`,
        username: `jo_${name}`,
        role: 'developer',
      });
      const second = await owner('members.add', {
        email: `jo.${name}@b.example`,
        role: 'operator',
      });
      assert.equal(second.username, `jo_${name}2`);
      const taken = { email: `jo.${name}@c.example`, username: `JO_${name}` };
      await assert.rejects(owner('members.add', taken), refusal('conflict', /username is taken/));
      const again = { email: `jo.${name}@a.example` };
      await assert.rejects(owner('members.add', again), refusal('conflict', /member .* already/));
      const known = await owner('users.usernameToEmail', { username: `jo_${name}2` });
      assert.deepEqual(known, { email: `jo.${name}@b.example` });
      await assert.rejects(
        owner('users.usernameToEmail', { username: `JO_${name}` }),
        refusal('not_found'),
      );
    });

    it('refuses usernames that would be no part of a path', async () => {
      for (const username of ['', 'a/b', '../x', '.x', 'a b', 'ä', 'x'.repeat(51), 'a@b']) {
        await assert.rejects(
          owner('members.add', { email: 'a@b.c', username }),
          refusal('invalid_input', /^username: /),
          username,
        );
      }
    });

    it('change role and are shut out at once', async () => {
      const session = await kit.person(name, 'operator');
      const mine = kit.as(session);
      await assert.rejects(mine('folders.create', { name }), refusal('forbidden'));
      await owner('members.update', { username: name, role: 'developer' });
      await mine('folders.create', { name });
      await owner('members.update', { username: name, disabled: true });
      await assert.rejects(mine('folders.list'), refusal('forbidden', /a member of/));
      assert.equal(await kit.identity.membership('home', name), undefined);
      assert.equal((await mine('workspaces.mine')).workspaces[0].disabled, true);
      const back = await owner('members.update', { username: name, disabled: false });
      assert.deepEqual(back, { username: name, role: 'developer', disabled: false });
      assert.equal((await mine('users.whoami')).foldersOwners[0], name);
    });

    it('keep one admin in the workspace, whoever is taken away and how', async () => {
      const last = refusal('conflict', /last admin/);
      const { username } = await owner('users.whoami');
      const ways: [string, object][] = [
        ['members.remove', {}],
        ['members.update', { role: 'developer' }],
        ['members.update', { disabled: true }],
      ];
      for (const [verb, change] of ways) {
        await assert.rejects(owner(verb, { username, ...change }), last, verb);
      }
      assert.equal((await owner('users.whoami')).isAdmin, true);
      // With another one it goes, and of two who go at once one stays.
      await kit.person(name, 'admin');
      const both = [username, name].map((who) =>
        owner('members.update', { username: who, role: 'developer' }),
      );
      const ends = await Promise.allSettled(both);
      const gone = ends.filter(({ status }) => status === 'fulfilled');
      assert.equal(gone.length, 1);
      await owner('members.update', { username, role: 'admin' });
      await owner('members.remove', { username: name });
    });

    it('leave nothing behind, and their name to nobody else', async () => {
      const session = await kit.person(name, 'developer');
      const mine = kit.as(session);
      await mine('folders.create', { name });
      await mine('groups.create', { name });
      assert.deepEqual((await mine('users.whoami')).groups, ['all', name]);
      await owner('members.remove', { username: name });
      await assert.rejects(mine('users.whoami'), refusal('forbidden', /a member of/));
      await kit.person(`${name}b`);
      await assert.rejects(
        owner('members.add', { email: emailOf(`${name}b`), username: name }),
        refusal('conflict', /was somebody else’s/),
      );
      await owner('members.add', { email: emailOf(name), username: name });
      const again = await mine('users.whoami');
      assert.deepEqual([again.groups, again.foldersRead], [['all'], ['examples']]);
      await assert.rejects(mine('groups.update', { name, summary: 'mine' }), refusal('forbidden'));
    });
  });

  describe('passwords and sessions', () => {
    it('answer a wrong password, an unknown address and nonsense alike', async () => {
      await kit.person(name);
      const nobody = kit.as(null);
      const errors: string[] = [];
      for (const given of [
        { email: emailOf(name), password: 'wrong password' },
        { email: 'gone@example.com', password },
        { email: 'no address at all', password },
        { email: emailOf(name), password: '' },
      ]) {
        await assert.rejects(nobody('session.login', given), (error: Error) => {
          errors.push(JSON.stringify([error.message, error]));
          return refusal('unauthenticated')(error);
        });
      }
      assert.equal(new Set(errors).size, 1);
    });

    it('end with logging out, that one alone', async () => {
      const one = await kit.person(name, 'developer');
      const { token: two } = await kit.as(null)('session.login', {
        email: emailOf(name),
        password,
      });
      await kit.as(one)('session.logout');
      assert.equal(await kit.identity.callerOfToken(one, 'home'), undefined);
      assert.equal((await kit.identity.callerOfToken(two, 'home'))?.kind, 'session');
      const { token } = await kit.as(two)('tokens.create');
      await assert.rejects(
        kit.as(token)('session.logout'),
        refusal('invalid_input', /tokens.delete/),
      );
      assert.ok(await kit.identity.callerOfToken(token, 'home'));
    });

    it('last thirty days', async () => {
      const session = await kit.person(name);
      kit.clock.pass(30 * 24 * 3_600_000 - 1);
      assert.ok(await kit.identity.callerOfToken(session, null));
      kit.clock.pass(1);
      assert.equal(await kit.identity.callerOfToken(session, null), undefined);
      const login = await kit.as(null)('session.login', { email: ownerEmail, password });
      owner = kit.as(login.token);
      kit.ownerToken = login.token;
    });

    it('change with the password until now, and every session ends', async () => {
      const session = await kit.person(name);
      const mine = kit.as(session);
      const { token } = await mine('tokens.create');
      const next = 'another long password';
      for (const current of [undefined, '', 'wrong password']) {
        const input = { password: next, ...(current === undefined ? {} : { current }) };
        await assert.rejects(mine('users.setPassword', input), refusal('forbidden', /current/));
      }
      await mine('users.setPassword', { password: next, current: password });
      assert.equal(await kit.identity.callerOfToken(session, null), undefined);
      assert.ok(await kit.identity.callerOfToken(token, null), 'tokens stay');
      const old = { email: emailOf(name), password };
      await assert.rejects(kit.as(null)('session.login', old), refusal('unauthenticated'));
      await kit.as(null)('session.login', { email: emailOf(name), password: next });
    });

    it('are set for others by an admin of the instance alone', async () => {
      const session = await kit.person(name, 'admin');
      await kit.person(`${name}b`);
      const wanted = { email: emailOf(`${name}b`), password: 'another long password' };
      await assert.rejects(kit.as(session)('users.setPassword', wanted), refusal('forbidden'));
      // Neither by a token of such an admin that may not change people.
      const { token } = await owner('tokens.create', { scopes: ['session:write'] });
      await assert.rejects(
        kit.as(token)('users.setPassword', wanted),
        refusal('insufficient_scope'),
      );
      await owner('users.setPassword', wanted);
      await kit.as(null)('session.login', wanted);
    });

    it('never show in an error', async () => {
      const secret = `hunter2-${'x'.repeat(2000)}`;
      const attempts: [name: string, input: unknown][] = [
        ['users.create', { email: emailOf(name), password: secret }],
        ['users.setPassword', { password, current: secret }],
        ['users.setPassword', { password: secret, current: { secret } }],
        ['session.login', { email: emailOf(name), password: secret }],
        ['session.login', { email: emailOf(name), password: [secret] }],
        ['tokens.delete', { prefix: secret }],
      ];
      for (const [operation, input] of attempts) {
        await assert.rejects(owner(operation, input), (error: Error) => {
          assert.ok(
            !JSON.stringify([error.message, error, error.stack]).includes('hunter2'),
            operation,
          );
          return true;
        });
      }
      assert.ok(!kit.logLines.some((line) => /hunter2|argon2id|battery/.test(line)));
    });
  });
});
