// Invitations through their operations: who becomes what, once, and who learns of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Invoke,
  refusal,
  startIdentity,
  type TestIdentity,
} from '../../../test/kit/identity.ts';

const workspace = 'home';
const email = 'guest@example.com';

describe('invitations', () => {
  let kit: TestIdentity;
  let owner: Invoke;
  let guest: Invoke;
  let other: Invoke;
  const invite = (more: object = {}) => owner('invites.create', { email, ...more });

  before(async () => {
    kit = await startIdentity();
    owner = kit.as(kit.ownerToken);
    guest = kit.as(await kit.person('guest'));
    other = kit.as(await kit.person('other'));
  });
  after(() => kit.stop());

  it('are seen by admins of the workspace and by who is asked, and by nobody else', async () => {
    await invite({ role: 'operator' });
    const shown = { workspace, email, role: 'operator', invitedBy: 'owner' };
    for (const [{ createdAt, ...row }] of [
      await owner('invites.list'),
      await guest('invites.mine'),
    ]) {
      assert.equal(typeof createdAt, 'number');
      assert.deepEqual(row, shown);
    }
    assert.deepEqual(await other('invites.mine'), []);
    await assert.rejects(other('invites.accept', { workspace }), refusal('not_found'));
    await assert.rejects(other('invites.decline', { workspace }), refusal('not_found'));
    await assert.rejects(guest('users.whoami'), refusal('forbidden'));
  });

  it('make a member of the role that was offered last, and are good once', async () => {
    await invite({ role: 'admin' });
    await invite({ role: 'operator' });
    const both = await Promise.allSettled([1, 2].map(() => guest('invites.accept', { workspace })));
    assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    const { username, operator, isAdmin } = await guest('users.whoami');
    assert.deepEqual([username, operator, isAdmin], ['guest', true, false]);
    assert.deepEqual(await owner('invites.list'), []);
    await assert.rejects(invite(), refusal('conflict', /member of this workspace already/));
  });

  it('let people leave, and come back under their name', async () => {
    await guest('members.leave');
    await assert.rejects(guest('users.whoami'), refusal('forbidden'));
    await assert.rejects(guest('members.leave'), refusal('forbidden'));
    await invite();
    await assert.rejects(
      guest('invites.accept', { workspace, username: 'owner' }),
      refusal('conflict', /taken/),
    );
    assert.equal((await guest('invites.accept', { workspace })).username, 'guest');
    await guest('members.leave');
  });

  it('may be declined and taken back', async () => {
    await invite();
    await guest('invites.decline', { workspace });
    await assert.rejects(guest('invites.accept', { workspace }), refusal('not_found'));
    await invite();
    await owner('invites.remove', { email });
    await assert.rejects(guest('invites.accept', { workspace }), refusal('not_found'));
  });

  it('are beyond a token that is bound to another workspace', async () => {
    await owner('workspaces.create', { id: 'elsewhere', name: 'Elsewhere' });
    await owner('members.add', { email }, 'elsewhere');
    const { token } = await guest('tokens.create', { workspaceId: 'elsewhere' }, 'elsewhere');
    await invite();
    const bound = kit.as(token);
    assert.deepEqual(await bound('invites.mine'), []);
    await assert.rejects(bound('invites.accept', { workspace }), refusal('not_found'));
    await assert.rejects(bound('invites.decline', { workspace }), refusal('not_found'));
    assert.equal((await guest('invites.mine')).length, 1);
  });
});
