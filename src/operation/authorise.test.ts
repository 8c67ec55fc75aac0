// The permission matrix as a literal table: who asks what of which target, and the answer.
// A row is one case; nothing here computes what the answer should be.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../base/index.ts';
import { authorise } from './authorise.ts';
import { anonymous, type Caller, type Membership, systemCaller } from './caller.ts';
import type { Risk } from './operation.ts';

const inside: Membership = {
  workspace: 'home',
  username: 'bob',
  role: 'developer',
  groups: ['all', 'ops'],
  folders: { read: ['open', 'team', 'mine'], write: ['team', 'mine'], own: ['mine'] },
};

function caller(more: Partial<Caller> = {}, membership: Partial<Membership> | null = {}): Caller {
  return {
    ...anonymous,
    kind: 'token',
    userId: 'id',
    email: 'bob@example.com',
    scopes: null,
    readOnly: false,
    tokenPrefix: 'abcdefghij',
    membership: membership && { ...inside, ...membership },
    ...more,
  };
}

const admin = { username: 'ada', role: 'admin' } as const;
const callers = {
  nobody: anonymous,
  system: systemCaller,
  operator: caller({}, { role: 'operator' }),
  bob: caller(),
  session: caller({ kind: 'session', tokenPrefix: null }),
  eve: caller({}, { username: 'eve', groups: ['all'], folders: { read: [], write: [], own: [] } }),
  admin: caller({}, admin),
  stranger: caller({}, null),
  super: caller({ superAdmin: true }, admin),
  superOutside: caller({ superAdmin: true }, null),
  devops: caller({ devops: true }, null),
  readOnly: caller({ readOnly: true }),
  readOnlySuper: caller({ readOnly: true, superAdmin: true }, admin),
  job: caller({ kind: 'job', boundWorkspace: 'home', jobId: 'j' }),
  adminsJob: caller({ kind: 'job', boundWorkspace: 'home', jobId: 'j' }, admin),
  confinedJob: caller({
    kind: 'job',
    boundWorkspace: 'home',
    jobId: 'j',
    scopes: ['jobs:run:scripts:f/team/*'],
  }),
  bound: caller({ boundWorkspace: 'home' }),
  boundSuper: caller({ boundWorkspace: 'home', superAdmin: true }, admin),
  boundAway: caller({ boundWorkspace: 'away' }, null),
  boundAwaySuper: caller({ boundWorkspace: 'away', superAdmin: true }, null),
  scopeless: caller({ scopes: [] }),
  runsTeam: caller({ scopes: ['jobs:run:scripts:f/team/*'] }),
  readsScripts: caller({ scopes: ['scripts:read'] }),
  adminReads: caller({ scopes: ['scripts:read'] }, admin),
  mintsOnly: caller({ scopes: ['tokens:write'] }),
  mcpAll: caller({ scopes: ['mcp:all'] }),
  mcpAllSuper: caller({ scopes: ['mcp:all'], superAdmin: true }, admin),
};

/** Who, action (`!` marks high_risk), kind and path, what the item grants, the answer. */
type Row = [
  who: keyof typeof callers,
  ask: string,
  target: string,
  grants: Record<string, boolean>,
  answer: 'yes' | ErrorCode,
];

const none = {};
const rows: Row[] = [
  // Signed in or not.
  ['nobody', 'login:write', 'login bob@example.com', none, 'yes'],
  ['nobody', 'session:read', '', none, 'unauthenticated'],
  ['nobody', 'session:write', '', none, 'unauthenticated'],
  ['nobody', 'scripts:read', 'scripts u/bob/a', { 'g/all': true }, 'unauthenticated'],
  ['nobody', 'tokens:write', '', none, 'unauthenticated'],
  ['nobody', 'workspaces:list', '', none, 'unauthenticated'],
  ['bob', 'login:write', '', none, 'yes'],
  ['readOnly', 'login:write', '', none, 'yes'],
  ['system', 'scripts:write', 'scripts f/nobodys/a', none, 'yes'],
  ['system', 'instance:write', '', none, 'yes'],

  // The own account, member of a workspace or not.
  ['stranger', 'session:read', '', none, 'yes'],
  ['stranger', 'tokens:write', '', none, 'yes'],
  ['stranger', 'workspaces:list', '', none, 'yes'],
  ['stranger', 'workers:read', '', none, 'yes'],
  ['operator', 'session:write', '', none, 'yes'],
  ['operator', 'tokens:write', '', none, 'yes'],
  ['stranger', 'scripts:read', '', none, 'forbidden'],
  ['stranger', 'scripts:read', 'scripts f/open/a', { 'g/all': true }, 'forbidden'],
  ['stranger', 'jobs:run', 'scripts f/open/a', none, 'forbidden'],
  ['stranger', 'users:read', '', none, 'forbidden'],

  // Nothing that no rule names, whoever asks.
  ['bob', 'secrets:read', '', none, 'forbidden'],
  ['admin', 'scripts:run', 'scripts u/ada/a', none, 'forbidden'],
  ['super', 'secrets:write', '', none, 'forbidden'],

  // The own place.
  ['bob', 'scripts:read', 'scripts u/bob/a', none, 'yes'],
  ['bob', 'scripts:write', 'scripts u/bob/a', none, 'yes'],
  ['bob', 'scripts:write!', 'scripts u/bob/deep/er/a', none, 'yes'],
  ['session', 'scripts:write', 'scripts u/bob/a', none, 'yes'],
  ['bob', 'scripts:write', 'scripts u/bobby/a', none, 'not_found'],
  ['bob', 'scripts:read', 'scripts u/Bob/a', none, 'not_found'],
  ['bob', 'scripts:read', 'scripts u/eve/a', none, 'not_found'],
  ['bob', 'scripts:write', 'scripts u/eve/u/bob/a', none, 'not_found'],
  ['bob', 'jobs:run', 'scripts u/eve/a', none, 'not_found'],
  ['bob', 'variables:read', 'variables u/eve/key', none, 'not_found'],

  // Folders.
  ['bob', 'scripts:read', 'scripts f/open/a', none, 'yes'],
  ['bob', 'jobs:run', 'scripts f/open/a', none, 'yes'],
  ['bob', 'scripts:write', 'scripts f/open/a', none, 'forbidden'],
  ['bob', 'scripts:write!', 'scripts f/open/a', none, 'forbidden'],
  ['bob', 'scripts:write', 'scripts f/team/a', none, 'yes'],
  ['bob', 'schedules:write', 'schedules f/team/deep/a', none, 'yes'],
  ['bob', 'scripts:write', 'scripts f/mine/a', none, 'yes'],
  ['bob', 'scripts:write', 'scripts f/teams/a', none, 'not_found'],
  ['bob', 'scripts:read', 'scripts f/hidden/a', none, 'not_found'],
  ['bob', 'scripts:read', 'scripts f//a', none, 'not_found'],
  ['eve', 'scripts:read', 'scripts f/open/a', none, 'not_found'],
  ['bob', 'folders:read', 'folders f/open', none, 'yes'],
  ['bob', 'folders:read', 'folders f/hidden', none, 'not_found'],
  ['bob', 'folders:write', 'folders f/team', none, 'forbidden'],
  ['bob', 'folders:write', 'folders f/mine', none, 'yes'],
  ['bob', 'folders:write!', 'folders f/mine', none, 'yes'],
  ['bob', 'folders:write', 'folders new', none, 'yes'],
  ['operator', 'folders:write', 'folders new', none, 'forbidden'],
  ['operator', 'folders:write', 'folders f/mine', none, 'forbidden'],
  ['admin', 'folders:write', 'folders f/hidden', none, 'yes'],

  // What an item grants by itself: to the person, to a group, to everybody.
  ['eve', 'scripts:read', 'scripts u/bob/a', { 'u/eve': false }, 'yes'],
  ['eve', 'jobs:run', 'scripts u/bob/a', { 'u/eve': false }, 'yes'],
  ['eve', 'scripts:write', 'scripts u/bob/a', { 'u/eve': false }, 'forbidden'],
  ['eve', 'scripts:write', 'scripts u/bob/a', { 'u/eve': true }, 'yes'],
  ['eve', 'scripts:read', 'scripts u/bob/a', { 'g/all': false }, 'yes'],
  ['eve', 'scripts:read', 'scripts u/bob/a', { 'g/ops': true }, 'not_found'],
  ['bob', 'scripts:write', 'scripts u/eve/a', { 'g/ops': true, 'u/bob': false }, 'yes'],
  ['bob', 'scripts:write', 'scripts f/open/a', { 'u/bob': true }, 'yes'],
  ['eve', 'scripts:read', 'scripts f/open/a', { 'u/eve': false }, 'yes'],
  [
    'eve',
    'scripts:read',
    'scripts u/bob/a',
    { 'u/ev': true, eve: true, 'f/open': true },
    'not_found',
  ],
  ['stranger', 'scripts:read', 'scripts u/bob/a', { 'u/bob': true }, 'forbidden'],

  // Groups: everybody sees them; who may change one stands in its grants.
  ['eve', 'groups:read', 'groups g/ops', none, 'yes'],
  ['bob', 'groups:write', 'groups g/ops', none, 'forbidden'],
  ['bob', 'groups:write', 'groups g/ops', { 'u/bob': true }, 'yes'],
  ['bob', 'groups:write', 'groups g/other', { 'g/ops': true }, 'yes'],
  ['bob', 'groups:write', 'groups g/ops', { 'u/bob': false }, 'forbidden'],
  ['bob', 'groups:write', 'groups new', none, 'yes'],
  ['operator', 'groups:write', 'groups new', none, 'forbidden'],
  ['admin', 'groups:write', 'groups g/ops', none, 'yes'],

  // Other places, and targets that are ids: the feature looks them up.
  ['bob', 'scripts:read', 'scripts hub/12/slack', none, 'yes'],
  ['bob', 'scripts:write', 'scripts hub/12/slack', none, 'forbidden'],
  ['bob', 'scripts:read', 'scripts x/bob/a', none, 'not_found'],
  ['bob', 'scripts:read', 'scripts /u/bob/a', none, 'not_found'],
  ['bob', 'jobs:read', 'jobs 01a', none, 'yes'],
  ['bob', 'jobs:write', 'jobs 01a', none, 'yes'],
  ['bob', 'jobs:write', 'scripts f/open/a', none, 'forbidden'],

  // Operators read and run what is deployed.
  ['operator', 'scripts:read', 'scripts f/team/a', none, 'yes'],
  ['operator', 'jobs:run', 'scripts f/team/a', none, 'yes'],
  ['operator', 'jobs:run', 'scripts f/hidden/a', none, 'not_found'],
  ['operator', 'jobs:run', 'previews *', none, 'forbidden'],
  ['operator', 'jobs:run', 'previews u/bob/a', none, 'forbidden'],
  ['operator', 'jobs:write', 'jobs 01a', none, 'yes'],
  ['operator', 'scripts:write', 'scripts u/bob/a', none, 'forbidden'],
  ['operator', 'scripts:write', 'scripts f/team/a', { 'u/bob': true }, 'forbidden'],
  ['operator', 'variables:write', '', none, 'forbidden'],
  ['bob', 'jobs:run', 'previews *', none, 'yes'],
  ['bob', 'jobs:run', 'previews f/hidden/a', none, 'not_found'],

  // Admins of the workspace.
  ['admin', 'scripts:write', 'scripts u/eve/a', none, 'yes'],
  ['admin', 'scripts:write!', 'scripts f/hidden/a', none, 'yes'],
  ['admin', 'members:write', '', none, 'yes'],
  ['admin', 'workspaces:write', '', none, 'yes'],
  ['admin', 'audit:read', '', none, 'yes'],
  ['admin', 'users:read', '', none, 'yes'],
  ['admin', 'users:write', '', none, 'forbidden'],
  ['admin', 'instance:write', '', none, 'forbidden'],
  ['admin', 'workers:write', '', none, 'forbidden'],
  ['bob', 'members:write', '', none, 'forbidden'],
  ['bob', 'members:read', '', none, 'yes'],
  ['bob', 'audit:read', '', none, 'forbidden'],
  ['bob', 'workspaces:write', '', none, 'forbidden'],

  // Offices of the instance.
  ['super', 'users:write', '', none, 'yes'],
  ['super', 'instance:write', '', none, 'yes'],
  ['super', 'workers:write', '', none, 'yes'],
  ['super', 'scripts:write', 'scripts u/eve/a', none, 'yes'],
  ['superOutside', 'users:write', '', none, 'yes'],
  // Instance admins are members of every workspace; without one there is none of that name.
  ['superOutside', 'scripts:write', 'scripts u/eve/a', none, 'forbidden'],
  ['devops', 'instance:read', '', none, 'yes'],
  ['devops', 'workers:write', '', none, 'yes'],
  ['devops', 'instance:write', '', none, 'forbidden'],
  ['devops', 'users:write', '', none, 'forbidden'],
  ['devops', 'scripts:read', '', none, 'forbidden'],
  ['bob', 'instance:read', '', none, 'forbidden'],

  // Read-only tokens.
  ['readOnly', 'scripts:read', 'scripts u/bob/a', none, 'yes'],
  ['readOnly', 'scripts:write', 'scripts u/bob/a', none, 'forbidden'],
  ['readOnly', 'jobs:run', 'scripts u/bob/a', none, 'forbidden'],
  ['readOnly', 'tokens:write', '', none, 'forbidden'],
  ['readOnly', 'tokens:read', '', none, 'yes'],
  ['readOnlySuper', 'users:write', '', none, 'forbidden'],

  // Jobs act for a person, and never on the account.
  ['job', 'scripts:read', 'scripts f/team/a', none, 'yes'],
  ['job', 'scripts:write', 'scripts f/team/a', none, 'yes'],
  ['job', 'jobs:run', 'scripts f/team/a', none, 'yes'],
  ['job', 'session:read', '', none, 'yes'],
  ['job', 'tokens:write', '', none, 'forbidden'],
  ['job', 'session:write', '', none, 'forbidden'],
  // Itself it may watch, note about and end, whatever the scopes; others not.
  ['confinedJob', 'jobs:read', 'jobs j', none, 'yes'],
  ['confinedJob', 'jobs:write', 'jobs j', none, 'yes'],
  ['confinedJob', 'jobs:run', 'jobs j', none, 'insufficient_scope'],
  ['confinedJob', 'jobs:read', 'jobs k', none, 'insufficient_scope'],
  ['confinedJob', 'jobs:write', 'jobs k', none, 'insufficient_scope'],
  ['confinedJob', 'scripts:write', 'scripts j', none, 'insufficient_scope'],
  ['adminsJob', 'tokens:write', '', none, 'forbidden'],
  ['adminsJob', 'users:write', '', none, 'forbidden'],
  ['adminsJob', 'members:write', '', none, 'yes'],

  // Tokens that are bound to one workspace.
  ['bound', 'scripts:write', 'scripts u/bob/a', none, 'yes'],
  ['bound', 'scripts:read', 'scripts u/eve/a', none, 'not_found'],
  ['boundSuper', 'scripts:write', 'scripts u/eve/a', none, 'yes'],
  ['boundSuper', 'users:write', '', none, 'forbidden'],
  ['boundSuper', 'instance:write', '', none, 'forbidden'],
  ['boundSuper', 'workers:write', '', none, 'forbidden'],
  ['boundAway', 'scripts:read', 'scripts u/bob/a', none, 'forbidden'],
  ['boundAway', 'session:read', '', none, 'yes'],
  ['boundAway', 'tokens:write', '', none, 'yes'],
  ['boundAwaySuper', 'scripts:read', 'scripts u/bob/a', none, 'forbidden'],
  ['boundAwaySuper', 'users:write', '', none, 'forbidden'],

  // Scopes narrow, and never widen.
  ['scopeless', 'session:read', '', none, 'yes'],
  ['scopeless', 'scripts:read', '', none, 'insufficient_scope'],
  ['scopeless', 'tokens:read', '', none, 'insufficient_scope'],
  ['readsScripts', 'scripts:read', 'scripts u/bob/a', none, 'yes'],
  ['readsScripts', 'scripts:read', 'scripts u/eve/a', none, 'not_found'],
  ['readsScripts', 'scripts:write', 'scripts u/bob/a', none, 'insufficient_scope'],
  ['readsScripts', 'jobs:run', 'scripts u/bob/a', none, 'insufficient_scope'],
  ['readsScripts', 'tokens:write', '', none, 'insufficient_scope'],
  ['adminReads', 'members:write', '', none, 'insufficient_scope'],
  ['adminReads', 'scripts:read', 'scripts u/eve/a', none, 'yes'],
  ['runsTeam', 'jobs:run', 'scripts f/team/a', none, 'yes'],
  ['runsTeam', 'jobs:run', 'flows f/team/a', none, 'insufficient_scope'],
  ['runsTeam', 'jobs:run', 'scripts f/open/a', none, 'insufficient_scope'],
  ['runsTeam', 'jobs:run', 'previews f/team/a', none, 'insufficient_scope'],
  ['mintsOnly', 'tokens:write', '', none, 'yes'],
  ['mintsOnly', 'tokens:read', '', none, 'yes'],
  ['mintsOnly', 'scripts:read', '', none, 'insufficient_scope'],
  ['mcpAll', 'jobs:run', 'scripts f/team/a', none, 'yes'],
  ['mcpAll', 'jobs:run', 'scripts u/eve/a', none, 'not_found'],
  ['mcpAll', 'tokens:write', '', none, 'insufficient_scope'],
  ['mcpAll', 'session:write', '', none, 'insufficient_scope'],
  ['mcpAllSuper', 'users:write', '', none, 'insufficient_scope'],
  ['mcpAllSuper', 'members:write', '', none, 'insufficient_scope'],
];

function answerTo([who, ask, target, extraPerms]: Row): 'yes' | ErrorCode {
  const action = ask.replace('!', '');
  const reads = /:(?:read|list)$/.test(action);
  const risk: Risk = ask.endsWith('!') ? 'high_risk' : reads ? 'read' : 'write';
  const [kind = '', path = ''] = target.split(' ');
  const verdict =
    target === ''
      ? authorise(callers[who], { action, risk })
      : authorise(callers[who], { action, risk }, { kind, path, extraPerms });
  return verdict.allowed ? 'yes' : verdict.error.code;
}

describe('authorise', () => {
  for (const row of rows) {
    const [who, ask, target, grants, answer] = row;
    const given = Object.keys(grants).length > 0 ? ` ${JSON.stringify(grants)}` : '';
    it(`${who}, ${ask} ${target}${given}: ${answer}`, () => assert.equal(answerTo(row), answer));
  }

  it('answers a hidden item in the words of one that does not exist', () => {
    const verdict = authorise(
      callers.eve,
      { action: 'scripts:read', risk: 'read' },
      { kind: 'scripts', path: 'f/team/a' },
    );
    assert.ok(!verdict.allowed);
    assert.equal(verdict.error.message, 'Not found: script not found at name f/team/a');
  });

  it('holds enough cases', () => assert.ok(rows.length >= 80, `${rows.length} rows`));
});
