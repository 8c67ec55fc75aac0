// Who may call which operation of identity: a literal table over the real door and database.
// What the operations then do is in the tests of the features.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startIdentity, type TestIdentity } from '../../test/kit/identity.ts';
import { AppError, type ErrorCode } from '../base/index.ts';

const callers = ['nobody', 'stranger', 'operator', 'developer', 'admin', 'instance'] as const;
type Who = (typeof callers)[number];
type Answer = 'ok' | ErrorCode;

const unknown: Answer = 'unauthenticated';
const no: Answer = 'forbidden';

/** `$who` in an input is the caller's name, so that each one makes a thing of the own. */
const rows: [name: string, input: Record<string, unknown>, ...answers: Answer[]][] = [
  // name, input, nobody, stranger, operator, developer, admin of the workspace, of the instance
  ['session.login', { email: 'x@x', password: 'no' }, ...Array<Answer>(6).fill(unknown)],
  ['session.logout', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['users.me', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['users.whoami', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['users.list', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['users.get', { username: 'developer' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['users.usernameToEmail', { username: 'developer' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['users.listAll', {}, unknown, no, no, no, no, 'ok'],
  [
    'users.create',
    { email: '$who@new.example', password: 'long enough' },
    ...[unknown, no, no, no, no, 'ok' as const],
  ],
  ['users.update', { email: 'gone@x.y', name: 'x' }, unknown, no, no, no, no, 'not_found'],
  ['users.delete', { email: 'gone@x.y' }, unknown, no, no, no, no, 'not_found'],
  // The current password is missing.
  ['users.setPassword', { password: 'long enough' }, unknown, no, no, no, no, no],
  [
    'users.setPassword',
    { password: 'long enough', email: 'gone@x.y' },
    ...[unknown, no, no, no, no, 'not_found' as const],
  ],
  ['users.exists', { email: 'gone@x.y' }, unknown, no, no, no, no, 'ok'],
  ['users.ownsPath', { path: 'u/x/y' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['invites.create', { email: '$who@new.example' }, unknown, no, no, no, 'ok', 'ok'],
  ['invites.list', {}, unknown, no, no, no, 'ok', 'ok'],
  ['invites.remove', { email: '$who@new.example' }, unknown, no, no, no, 'ok', 'ok'],
  ['invites.mine', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['invites.accept', { workspace: 'home' }, unknown, ...Array<Answer>(5).fill('not_found')],
  ['invites.decline', { workspace: 'home' }, unknown, ...Array<Answer>(5).fill('not_found')],
  ['members.add', { email: 'gone@x.y' }, unknown, no, no, no, 'not_found', 'not_found'],
  [
    'members.update',
    { username: 'nobody', disabled: true },
    ...[unknown, no, no, no, 'not_found' as const, 'not_found' as const],
  ],
  ['members.remove', { username: 'gone' }, unknown, no, no, no, 'not_found', 'not_found'],
  ['tokens.create', { label: 'mine' }, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tokens.list', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tokens.delete', { prefix: 'abcdefghij' }, unknown, ...Array<Answer>(5).fill('not_found')],
  ['tokens.rotate', { prefix: 'abcdefghij' }, unknown, ...Array<Answer>(5).fill('not_found')],
  ['tokens.preview', { scopes: ['mcp:all'] }, unknown, 'not_found', 'ok', 'ok', 'ok', 'ok'],
  ['tokens.scopes', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tokens.urlTokens', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['tokens.allowUrlTokens', { allowed: true }, unknown, no, no, no, no, 'ok'],
  ['tokens.impersonate', { impersonate: 'gone@x.y' }, unknown, no, no, no, no, 'not_found'],
  // A consent is given once.
  [
    'connections.allow',
    {
      ...{ grantId: 'g', clientId: 'c', clientName: 'C', workspace: null },
      ...{ scopes: ['mcp:all'], readOnly: false, audience: null },
    },
    ...[unknown, 'ok' as const, ...Array<Answer>(4).fill('conflict')],
  ],
  [
    'oauthClients.create',
    { name: 'CI', redirectUris: ['https://ci.example.com/back'] },
    ...[unknown, no, no, no, no, 'ok' as const],
  ],
  ['oauthClients.list', {}, unknown, no, no, no, no, 'ok'],
  ['oauthClients.delete', { id: 'gone' }, unknown, no, no, no, no, 'not_found'],
  ['connections.list', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  [
    'connections.revoke',
    { id: '00000000-0000-7000-8000-000000000000' },
    ...[unknown, ...Array<Answer>(5).fill('not_found')],
  ],
  ['tokens.preview', { scopes: ['mcp:all'] }, unknown, 'not_found', 'ok', 'ok', 'ok', 'ok'],
  [
    'tokens.updateScopes',
    { prefix: 'abcdefghij', scopes: ['mcp'] },
    ...[unknown, ...Array<Answer>(5).fill('not_found')],
  ],
  [
    'tokens.updateLabel',
    { prefix: 'abcdefghij', label: 'x' },
    ...[unknown, ...Array<Answer>(5).fill('not_found')],
  ],
  ['workspaces.list', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['workspaces.mine', {}, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['workspaces.exists', { id: 'home' }, unknown, 'ok', 'ok', 'ok', 'ok', 'ok'],
  ['workspaces.create', { id: 'w-$who', name: 'W' }, unknown, no, no, no, no, 'ok'],
  ['workspaces.settings', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['workspaces.update', { name: 'Home' }, unknown, no, no, no, 'ok', 'ok'],
  ['folders.create', { name: 'of_$who' }, unknown, no, no, 'ok', 'ok', 'ok'],
  ['folders.update', { name: 'owned', summary: 'x' }, unknown, no, no, 'not_found', 'ok', 'ok'],
  ['folders.update', { name: 'examples' }, unknown, no, no, no, 'ok', 'ok'],
  ['folders.update', { name: 'of_$who' }, unknown, no, no, 'ok', 'ok', 'ok'],
  ['folders.get', { name: 'owned' }, unknown, no, 'not_found', 'not_found', 'ok', 'ok'],
  ['folders.get', { name: 'examples' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['folders.list', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['folders.names', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['folders.exists', { name: 'owned' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['folders.addOwner', { name: 'examples', owner: 'u/x' }, unknown, no, no, no, 'ok', 'ok'],
  ['folders.removeOwner', { name: 'examples', owner: 'u/x' }, unknown, no, no, no, 'ok', 'ok'],
  [
    'folders.share',
    { name: 'owned', principal: 'g/all', access: 'read' },
    ...[unknown, no, no, 'not_found' as const, 'ok' as const, 'ok' as const],
  ],
  ['folders.delete', { name: 'examples' }, unknown, no, no, no, 'ok', 'not_found'],
  ['groups.create', { name: 'of_$who' }, unknown, no, no, 'ok', 'ok', 'ok'],
  ['groups.update', { name: 'owned', summary: 'x' }, unknown, no, no, no, 'ok', 'ok'],
  ['groups.update', { name: 'of_$who', summary: 'x' }, unknown, no, no, 'ok', 'ok', 'ok'],
  ['groups.get', { name: 'owned' }, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['groups.list', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['groups.names', {}, unknown, no, 'ok', 'ok', 'ok', 'ok'],
  ['groups.addUser', { name: 'owned', username: 'operator' }, unknown, no, no, no, 'ok', 'ok'],
  [
    'groups.removeUser',
    { name: 'owned', username: 'operator' },
    ...[unknown, no, no, no],
    'ok',
    'not_found',
  ],
  [
    'groups.share',
    { name: 'owned', principal: 'u/operator', access: 'write' },
    ...[unknown, no, no, no, 'ok' as const, 'ok' as const],
  ],
  ['groups.delete', { name: 'owned' }, unknown, no, no, no, 'ok', 'not_found'],
  // Last, because it takes effect; the first of two admins may go, the last may not.
  ['members.leave', {}, unknown, no, 'ok', 'ok', 'ok', 'conflict'],
];

describe('who may call the operations of identity', () => {
  let kit: TestIdentity;
  const sessions = new Map<Who, string | null>([['nobody', null]]);
  before(async () => {
    kit = await startIdentity();
    sessions.set('instance', kit.ownerToken);
    sessions.set('stranger', await kit.person('stranger'));
    for (const role of ['operator', 'developer', 'admin'] as const) {
      sessions.set(role, await kit.person(role, role));
    }
    await kit.as(kit.ownerToken)('folders.create', { name: 'owned' });
    await kit.as(kit.ownerToken)('groups.create', { name: 'owned' });
  });
  after(() => kit.stop());

  const answerTo = async (who: Who, name: string, input: unknown): Promise<Answer> => {
    const token = sessions.get(who) ?? null;
    // Logging out would end the session that later rows need.
    const other = name === 'session.logout' && token !== null;
    const email = who === 'instance' ? 'owner@example.com' : `${who}@example.com`;
    const login = { email, password: 'correct horse battery' };
    const used = other ? (await kit.as(null)('session.login', login)).token : token;
    try {
      await kit.as(used)(name, JSON.parse(JSON.stringify(input).replaceAll('$who', who)));
      return 'ok';
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
      return error.code;
    }
  };

  for (const [name, input, ...answers] of rows) {
    it(`${name} ${JSON.stringify(input)}`, async () => {
      const given: Answer[] = [];
      for (const who of callers) given.push(await answerTo(who, name, input));
      const shown = (list: readonly Answer[]) => callers.map((who, at) => `${who}: ${list[at]}`);
      assert.deepEqual(shown(given), shown(answers));
    });
  }

  it('are all in the table', () => {
    const named = new Set(rows.map(([name]) => name));
    const missing = kit.identity.operations.filter(({ name }) => !named.has(name));
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  it('take no unknown fields', async () => {
    for (const { name, input } of kit.identity.operations) {
      const taken = input.safeParse({ surprise: true });
      assert.equal(taken.success, false, name);
      assert.match(JSON.stringify(taken.error?.issues), /surprise/, name);
    }
  });
});
