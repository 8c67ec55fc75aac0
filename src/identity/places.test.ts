// Workspaces, folders and groups through their operations: what they hold, who decides about
// them, what stays hidden.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Invoke, refusal, startIdentity, type TestIdentity } from '../../test/kit/identity.ts';

describe('places', () => {
  let kit: TestIdentity;
  let owner: Invoke;
  let ann: Invoke;
  let bob: Invoke;
  let count = 0;
  let name = '';
  before(async () => {
    kit = await startIdentity();
    owner = kit.as(kit.ownerToken);
    ann = kit.as(await kit.person('ann', 'developer'));
    bob = kit.as(await kit.person('bob', 'developer'));
  });
  beforeEach(() => {
    count += 1;
    name = `x${count}`;
  });
  after(() => kit.stop());

  describe('workspaces', () => {
    it('begin with an admin, the groups and the folder of examples', async () => {
      const told: string[] = [];
      kit.identity.onWorkspaceCreated(async (workspace) => void told.push(workspace));
      await owner('workspaces.create', { id: name, name: 'New', username: 'boss' }, null);
      assert.deepEqual(told, [name]);
      const who = await owner('users.whoami', {}, name);
      assert.deepEqual([who.username, who.isAdmin], ['boss', true]);
      assert.deepEqual(await owner('folders.names', {}, name), ['examples']);
      assert.equal((await owner('groups.list', {}, name)).length, 4);
      assert.equal(await ann('workspaces.exists', { id: name }, null), true);
      assert.equal(await ann('workspaces.exists', { id: 'Not An Id' }, null), false);
      const again = { id: name, name: 'Again' };
      await assert.rejects(owner('workspaces.create', again), refusal('conflict', /already/));
    });

    it('show to their members, and all to an admin of the instance', async () => {
      await owner('workspaces.create', { id: name, name: 'Hidden' });
      const idsOf = async (by: Invoke): Promise<string[]> =>
        (await by('workspaces.list', {}, null)).map(({ id }: { id: string }) => id);
      assert.deepEqual(await idsOf(ann), ['home']);
      assert.ok((await idsOf(owner)).includes(name));
      const mine = await ann('workspaces.mine', {}, null);
      assert.deepEqual(mine, {
        email: 'ann@example.com',
        workspaces: [
          {
            id: 'home',
            name: 'home',
            username: 'ann',
            color: null,
            disabled: false,
            role: 'developer',
          },
        ],
      });
    });

    it('have ids that are parts of an address', async () => {
      for (const id of ['', 'A', '-a', 'a b', 'a/b', 'ä', 'x'.repeat(51), 'a.b', 'a\0']) {
        const wanted = { id, name: 'W' };
        await assert.rejects(owner('workspaces.create', wanted), refusal('invalid_input', /^id: /));
      }
      await owner('workspaces.create', { id: `0-${name}_`, name: 'W' });
    });

    it('keep apart what they hold', async () => {
      await owner('workspaces.create', { id: name, name: 'Other' });
      await owner('folders.create', { name }, name);
      await owner('groups.create', { name }, name);
      await assert.rejects(owner('folders.get', { name }), refusal('not_found'));
      await assert.rejects(owner('groups.get', { name }), refusal('not_found'));
      await assert.rejects(ann('folders.list', {}, name), refusal('forbidden'));
      await assert.rejects(ann('folders.list', {}, null), refusal('forbidden', /member/));
      await assert.rejects(owner('folders.list', {}, null), refusal('forbidden'));
    });
  });

  describe('folders', () => {
    it('belong to who makes them, and to whom they name', async () => {
      await ann('folders.create', {
        name,
        displayName: 'Team X',
        summary: 'ours',
        owners: ['g/wm_deployers'],
        extraPerms: { 'u/bob': false },
        defaultPermissionedAs: [{ path_glob: '**', permissioned_as: 'u/ann' }],
      });
      assert.deepEqual(await bob('folders.get', { name }), {
        name,
        displayName: 'Team X',
        summary: 'ours',
        owners: ['g/wm_deployers', 'u/ann'],
        extraPerms: { 'u/bob': false, 'g/wm_deployers': true, 'u/ann': true },
        defaultPermissionedAs: [{ path_glob: '**', permissioned_as: 'u/ann' }],
        createdBy: 'ann',
        editedAt: kit.clock.now(),
      });
      const reads = refusal('forbidden', /read .* but not change/);
      await assert.rejects(bob('folders.update', { name, summary: 'mine' }), reads);
      await assert.rejects(bob('folders.addOwner', { name, owner: 'u/bob' }), reads);
      await assert.rejects(bob('folders.delete', { name }), reads);
      await ann('folders.addOwner', { name, owner: 'u/bob' });
      await bob('folders.update', { name, summary: 'both' });
      await bob('folders.removeOwner', { name, owner: 'u/ann' });
      await assert.rejects(ann('folders.get', { name }), refusal('not_found'));
      await owner('folders.delete', { name });
      await assert.rejects(owner('folders.get', { name }), refusal('not_found'));
    });

    it('that write may not be changed by those who only write in them', async () => {
      await ann('folders.create', { name, extraPerms: { 'u/bob': true } });
      const extraPerms = { 'u/bob': true };
      await assert.rejects(bob('folders.update', { name, extraPerms }), refusal('forbidden'));
    });

    it('that are hidden look like folders that are not there', async () => {
      await ann('folders.create', { name });
      const errors: string[] = [];
      for (const wanted of [name, 'gone']) {
        for (const operation of ['folders.get', 'folders.update', 'folders.delete']) {
          await assert.rejects(bob(operation, { name: wanted }), (error: Error) => {
            errors.push(error.message.replaceAll(wanted, '?'));
            return refusal('not_found')(error);
          });
        }
      }
      await assert.rejects(owner('folders.get', { name: 'gone' }), (error: Error) => {
        errors.push(error.message.replaceAll('gone', '?'));
        return true;
      });
      assert.deepEqual([...new Set(errors)], ['Not found: folder not found at name f/?']);
      assert.equal(await bob('folders.exists', { name }), false);
      assert.equal(await ann('folders.exists', { name }), true);
      assert.ok(!JSON.stringify(await bob('folders.list')).includes(`"${name}"`));
      assert.ok(!(await bob('folders.names')).includes(name));
      assert.ok((await owner('folders.names')).includes(name));
      assert.ok(!(await owner('folders.names', { onlyMemberOf: true })).includes(name));
    });

    it('keep what a change leaves out', async () => {
      await ann('folders.create', { name, summary: 'one', extraPerms: { 'u/x': false } });
      await ann('folders.update', { name, displayName: 'New' });
      const found = await ann('folders.get', { name });
      assert.deepEqual(
        [found.displayName, found.summary, found.owners, found.extraPerms],
        ['New', 'one', ['u/ann'], { 'u/x': false, 'u/ann': true }],
      );
      await ann('folders.update', { name, owners: ['u/ann', 'g/all'], extraPerms: {} });
      await bob('folders.update', { name, summary: '' });
      const next = await bob('folders.get', { name });
      assert.deepEqual([next.summary, next.extraPerms], ['', {}]);
    });

    it('remember what a former owner keeps', async () => {
      await ann('folders.create', { name });
      const rows: [write: boolean | null | undefined, left: boolean | undefined][] = [
        [undefined, undefined],
        [null, undefined],
        [false, false],
        [true, true],
      ];
      for (const [write, left] of rows) {
        await ann('folders.addOwner', { name, owner: 'u/bob' });
        await ann('folders.addOwner', { name, owner: 'u/bob' });
        await ann('folders.removeOwner', {
          name,
          owner: 'u/bob',
          ...(write === undefined ? {} : { write }),
        });
        const found = await ann('folders.get', { name });
        assert.deepEqual([found.owners, found.extraPerms['u/bob']], [['u/ann'], left]);
      }
    });

    it('are made once', async () => {
      const made = await Promise.allSettled([
        ann('folders.create', { name }),
        bob('folders.create', { name }),
      ]);
      assert.deepEqual(made.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    });

    it('refuse names and principals that are none', async () => {
      const rows: [field: string, value: unknown][] = [
        ['name', 'a/b'],
        ['name', 'a-b'],
        ['name', ''],
        ['name', '..'],
        ['owners', ['bob']],
        ['owners', ['f/team']],
        ['owners', ['u/']],
        ['owners', ['u/a/b']],
        ['extraPerms', { bob: true }],
        ['extraPerms', { 'u/bob': 'yes' }],
        ['extraPerms', { 'u/bob': null }],
        ['summary', 'a\0b'],
        ['displayName', 'x'.repeat(201)],
      ];
      for (const [field, value] of rows) {
        await assert.rejects(
          ann('folders.create', { name, [field]: value }),
          refusal('invalid_input', new RegExp(`^${field}`)),
          `${field} ${JSON.stringify(value)}`,
        );
      }
    });
  });

  describe('groups', () => {
    it('belong to who makes them', async () => {
      await ann('groups.create', { name, summary: 'ours' });
      assert.deepEqual(await bob('groups.get', { name }), {
        name,
        summary: 'ours',
        members: ['ann'],
        extraPerms: { 'u/ann': true },
      });
      const refused = refusal('forbidden', /read .* but not change/);
      await assert.rejects(bob('groups.addUser', { name, username: 'bob' }), refused);
      await ann('groups.addUser', { name, username: 'bob' });
      await ann('groups.addUser', { name, username: 'bob' });
      assert.deepEqual((await bob('groups.get', { name })).members, ['ann', 'bob']);
      await assert.rejects(bob('groups.update', { name, summary: 'his' }), refused);
      await ann('groups.removeUser', { name, username: 'ann' });
      await ann('groups.update', { name, summary: 'still' });
      await assert.rejects(ann('groups.create', { name }), refusal('conflict'));
    });

    it('let their members in, and out again', async () => {
      await ann('groups.create', { name });
      await owner('folders.create', { name, extraPerms: { [`g/${name}`]: true } });
      assert.ok((await ann('folders.names')).includes(name));
      await assert.rejects(bob('folders.get', { name }), refusal('not_found'));
      await ann('groups.addUser', { name, username: 'bob' });
      await bob('folders.get', { name });
      await ann('groups.removeUser', { name, username: 'bob' });
      await assert.rejects(bob('folders.get', { name }), refusal('not_found'));
    });

    it('take along their grants when deleted', async () => {
      await ann('groups.create', { name });
      const granted = { owners: [`g/${name}`], extraPerms: { [`g/${name}`]: true } };
      await owner('folders.create', { name, ...granted });
      await ann('groups.delete', { name });
      const folder = await owner('folders.get', { name });
      assert.deepEqual([folder.owners, folder.extraPerms], [['u/owner'], { 'u/owner': true }]);
      await bob('groups.create', { name });
      await assert.rejects(bob('folders.get', { name }), refusal('not_found'));
    });

    it('that every workspace has stay, and all is everybody', async () => {
      const all = await ann('groups.get', { name: 'all' });
      assert.deepEqual(all.members, ['ann', 'bob', 'owner']);
      await owner('members.update', { username: 'bob', disabled: true });
      assert.deepEqual((await ann('groups.get', { name: 'all' })).members, ['ann', 'owner']);
      await owner('members.update', { username: 'bob', disabled: false });
      for (const operation of ['groups.addUser', 'groups.removeUser']) {
        const wanted = { name: 'all', username: 'ann' };
        await assert.rejects(owner(operation, wanted), refusal('invalid_input', /everybody/));
      }
      for (const built of ['all', 'error_handler', 'slack', 'wm_deployers']) {
        await assert.rejects(owner('groups.delete', { name: built }), refusal('invalid_input'));
        await assert.rejects(ann('groups.create', { name: built }), refusal('conflict'));
      }
      await owner('groups.addUser', { name: 'wm_deployers', username: 'ann' });
      assert.ok((await ann('users.whoami')).groups.includes('wm_deployers'));
    });

    it('say which of group and person is missing', async () => {
      const rows: [input: Record<string, string>, words: RegExp][] = [
        [{ name: 'gone', username: 'ann' }, /group .* g\/gone/],
        [{ name: 'slack', username: 'gone' }, /user .* gone/],
      ];
      for (const [input, words] of rows) {
        await assert.rejects(owner('groups.addUser', input), refusal('not_found', words));
      }
      const input = { name: 'slack', username: 'bob' };
      await assert.rejects(owner('groups.removeUser', input), refusal('not_found'));
    });
  });
});
