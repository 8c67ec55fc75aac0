// The first start: a link that works once and for half an hour, two that come at once, and the
// owner whom the environment names.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { password, refusal, startIdentity, type TestIdentity } from '../../test/kit/identity.ts';

const ann = { email: 'Ann@Example.com', password, name: 'Ann', workspace: 'main' };
const env = { email: 'owner@example.com', password, workspace: 'main' };

describe('the first start', () => {
  let kit: TestIdentity;
  beforeEach(async () => {
    kit = await startIdentity({ bare: true });
  });
  afterEach(() => kit.stop());

  it('makes owner and workspace by a link, once', async () => {
    const { setup } = kit.identity;
    const made: string[] = [];
    kit.identity.onWorkspaceCreated(async (workspace) => {
      await Promise.resolve();
      made.push(workspace);
    });
    assert.equal(await setup.needed(), true);
    const secret = await setup.createLink();
    assert.match(secret, /^[A-Za-z0-9]{32}$/);
    assert.equal(await setup.peek(secret), true);
    assert.equal(await setup.peek(`${secret.slice(1)}x`), false);
    const { token } = await setup.redeem(secret, ann);
    assert.deepEqual(made, ['main'], 'told before the answer');
    const mine = kit.as(token);
    const who = await mine('users.whoami', {}, 'main');
    assert.deepEqual(
      [who.email, who.username, who.name, who.isAdmin, who.isSuperAdmin, who.foldersOwners],
      ['ann@example.com', 'ann', 'Ann', true, true, ['examples']],
    );
    const folder = await mine('folders.get', { name: 'examples' }, 'main');
    assert.deepEqual(
      [folder.owners, folder.extraPerms],
      [['u/ann'], { 'g/all': false, 'u/ann': true }],
    );
    const groups = await mine('groups.names', {}, 'main');
    assert.deepEqual(groups, ['all', 'error_handler', 'slack', 'wm_deployers']);
    await kit.as(null)('session.login', { email: ann.email, password });

    assert.equal(await setup.needed(), false);
    assert.equal(await setup.peek(secret), false);
    await assert.rejects(setup.redeem(secret, ann), refusal('gone', /new one/));
  });

  it('takes no link after half an hour, and none once there is an owner', async () => {
    const { setup } = kit.identity;
    const old = await setup.createLink();
    kit.clock.pass(30 * 60_000 - 1);
    assert.equal(await setup.peek(old), true);
    kit.clock.pass(1);
    assert.equal(await setup.peek(old), false);
    await assert.rejects(setup.redeem(old, ann), refusal('gone'));
    const [first, second] = [await setup.createLink(), await setup.createLink()];
    await setup.redeem(first, ann);
    assert.equal(await setup.peek(second), false);
    await assert.rejects(setup.redeem(second, { ...ann, email: 'eve@x.y' }), refusal('gone'));
  });

  it('says what is wrong with the form, and the link stays good', async () => {
    const { setup } = kit.identity;
    const secret = await setup.createLink();
    const rows: [field: string, value: string][] = [
      ['email', 'ann'],
      ['password', 'short'],
      ['workspace', 'Main Street'],
      ['workspace', ''],
      ['workspace', '../x'],
      ['name', 'x'.repeat(201)],
    ];
    for (const [field, value] of rows) {
      await assert.rejects(
        setup.redeem(secret, { ...ann, [field]: value }),
        refusal('invalid_input', new RegExp(`^${field}: `)),
      );
    }
    await setup.redeem(secret, ann);
  });

  it('makes one owner when several come at once', async () => {
    const there = await kit.another();
    const link = await kit.identity.setup.createLink();
    const links = [link, link, await there.setup.createLink(), await there.setup.createLink()];
    const made = await Promise.allSettled(
      links.map((secret, at) => {
        const { setup } = at % 2 === 0 ? kit.identity : there;
        return setup.redeem(secret, { ...ann, email: `p${at}@x.y`, workspace: `w${at}` });
      }),
    );
    const winners = made.filter((one) => one.status === 'fulfilled');
    assert.equal(winners.length, 1);
    for (const one of made) if (one.status === 'rejected') refusal('gone')(one.reason);
    const token = winners[0]?.value.token ?? '';
    assert.equal((await kit.as(token)('users.listAll')).length, 1);
    assert.equal((await kit.as(token)('workspaces.list')).length, 1);
  });

  it('by the environment happens once, and never changes a password', async () => {
    const made: string[] = [];
    kit.identity.onWorkspaceCreated(async (workspace) => void made.push(workspace));
    await kit.identity.createOwner(env);
    await kit.identity.createOwner({ ...env, password: 'another long password' });
    const login = { email: env.email, password };
    const { token } = await kit.as(null)('session.login', login);
    assert.deepEqual(made, ['main']);
    await kit.identity.createOwner({ ...env, workspace: 'second' });
    assert.deepEqual(made, ['main', 'second']);
    assert.equal((await kit.as(token)('users.whoami', {}, 'second')).username, 'owner');
    assert.equal(await kit.identity.setup.needed(), false);
  });

  it('by the environment makes no second owner, nor one who was removed', async () => {
    await kit.identity.createOwner(env);
    const { token } = await kit.as(null)('session.login', { email: env.email, password });
    const owner = kit.as(token);
    await owner('users.create', { email: 'ann@x.y', password, superAdmin: true });
    const ann2 = await kit.as(null)('session.login', { email: 'ann@x.y', password });
    await kit.as(ann2.token)('users.delete', { email: env.email });
    await kit.identity.createOwner(env);
    const login = kit.as(null)('session.login', { email: env.email, password });
    await assert.rejects(login, refusal('unauthenticated'));
    assert.ok(kit.logLines.some((line) => line.includes('MILLRACE_OWNER_EMAIL')));
  });

  it('by the environment, of two servers at once, makes one', async () => {
    const there = await kit.another();
    await Promise.all([kit.identity.createOwner(env), there.createOwner(env)]);
    const { token } = await kit.as(null)('session.login', { email: env.email, password });
    assert.equal((await kit.as(token)('users.listAll')).length, 1);
    assert.equal((await kit.as(token)('users.list', {}, 'main')).length, 1);
  });

  it('by the environment says what is wrong', async () => {
    const wrong = { ...env, password: 'short' };
    await assert.rejects(kit.identity.createOwner(wrong), (error: Error) => {
      assert.ok(!error.message.includes('given'), error.message);
      return refusal('invalid_input', /password: at least 8.*MILLRACE_OWNER_PASSWORD/)(error);
    });
    assert.equal(await kit.identity.setup.needed(), true);
  });

  it('leaves a workspace that a listener could not fill', async () => {
    kit.identity.onWorkspaceCreated(() => Promise.reject(new Error('no room')));
    await kit.identity.createOwner(env);
    assert.ok(kit.logLines.some((line) => line.includes('no room')));
    const { token } = await kit.as(null)('session.login', { email: env.email, password });
    assert.equal(await kit.as(token)('workspaces.exists', { id: 'main' }, null), true);
  });
});
