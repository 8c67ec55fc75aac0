// People, tokens, workspaces and their settings, workers, and what the instance says of itself.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const bob = { email: 'bob@example.com', password: 'correct horse battery' };

const names = (field: string, name: string) => (list: any[]) =>
  assert.ok(
    list.some((entry) => (typeof entry === 'string' ? entry : entry[field]) === name),
    JSON.stringify(list),
  );

const people: Row[] = [
  {
    call: 'UserService.createUserGlobally',
    sends: { requestBody: { ...bob, super_admin: false, name: 'Bob' } },
  },
  { call: 'UserService.login', sends: { requestBody: bob }, is: /^\S{20,}$/ },
  {
    call: 'WorkspaceService.addUser',
    sends: {
      requestBody: { email: bob.email, is_admin: false, username: 'bob', operator: false },
    },
  },
  { call: 'UserService.globalWhoami', sends: {}, is: { email: 'owner@example.com' } },
  { call: 'UserService.getCurrentEmail', sends: {}, is: 'owner@example.com' },
  { call: 'UserService.whoami', sends: {}, is: { username: 'owner', is_admin: true } },
  { call: 'UserService.listUsers', sends: {}, is: names('username', 'bob') },
  { call: 'UserService.listUsernames', sends: {}, is: names('', 'bob') },
  { call: 'UserService.usernameToEmail', sends: { username: 'bob' }, is: bob.email },
  { call: 'UserService.listUsersAsSuperAdmin', sends: {}, is: names('email', bob.email) },
  { call: 'AdminService.getUser', sends: { username: 'bob' }, is: { operator: false } },
  {
    call: 'AdminService.updateUser',
    sends: { username: 'bob', requestBody: { operator: true } },
  },
  { call: 'AdminService.getUser', sends: { username: 'bob' }, is: { operator: true } },
];

const tokens: Row[] = [
  {
    call: 'UserService.createToken',
    sends: { requestBody: { label: 'laptop', scopes: ['jobs:read'] } },
    is: /^\S{20,}$/,
    as: 'token',
  },
  {
    call: 'UserService.updateTokenLabel',
    sends: ({ token }: Known) => ({
      tokenPrefix: token.slice(0, 10),
      requestBody: { label: 'desk' },
    }),
  },
  {
    call: 'UserService.updateTokenScopes',
    sends: ({ token }: Known) => ({
      tokenPrefix: token.slice(0, 10),
      requestBody: { scopes: ['jobs:read', 'scripts:read'] },
    }),
  },
  {
    call: 'UserService.listTokens',
    sends: { excludeEphemeral: true },
    is: (list: any[], { token }: Known) => {
      const found = list.find(({ label }) => label === 'desk');
      assert.deepEqual(found.scopes, ['jobs:read', 'scripts:read']);
      assert.ok(!JSON.stringify(list).includes(token));
    },
  },
  {
    call: 'UserService.createTokenImpersonate',
    sends: { requestBody: { impersonate_email: bob.email, label: 'as bob' } },
    is: /^\S{20,}$/,
  },
  {
    call: 'TokenService.listAvailableScopes',
    sends: {},
    is: (list: any[]) => {
      const { scopes } = list.find(({ name }) => name === 'scripts');
      assert.deepEqual(scopes[0], {
        value: 'scripts:read',
        label: 'read',
        requires_resource_path: true,
      });
    },
  },
  {
    call: 'UserService.deleteToken',
    sends: ({ token }: Known) => ({ tokenPrefix: token.slice(0, 10) }),
  },
];

const workspaces: Row[] = [
  { call: 'WorkspaceService.existsWorkspace', sends: { requestBody: { id: 'second' } }, is: false },
  {
    call: 'WorkspaceService.createWorkspace',
    sends: { requestBody: { id: 'second', name: 'Second', username: 'owner' } },
  },
  { call: 'WorkspaceService.existsWorkspace', sends: { requestBody: { id: 'second' } }, is: true },
  { call: 'WorkspaceService.listWorkspaces', sends: {}, is: names('id', 'second') },
  {
    call: 'WorkspaceService.listWorkspacesAsSuperAdmin',
    sends: { perPage: 100 },
    is: names('id', 'second'),
  },
  { call: 'WorkspaceService.listUserWorkspaces', sends: {}, is: { email: 'owner@example.com' } },
  {
    call: 'WorkspaceService.changeWorkspaceName',
    sends: { requestBody: { new_name: 'Ours' } },
  },
  { call: 'WorkspaceService.getWorkspaceName', sends: {}, is: 'Ours' },
  { call: 'WorkspaceService.changeWorkspaceColor', sends: { requestBody: { color: '#1a2b3c' } } },
  {
    call: 'WorkspaceService.editErrorHandler',
    sends: { requestBody: { path: 'script/f/examples/hello' } },
  },
  {
    call: 'WorkspaceService.editSuccessHandler',
    sends: { requestBody: { path: 'script/f/examples/hello' } },
  },
  {
    call: 'WorkspaceService.getSettings',
    sends: {},
    is: (settings: any) =>
      assert.deepEqual(
        [settings.error_handler.path, settings.success_handler.path],
        ['script/f/examples/hello', 'script/f/examples/hello'],
      ),
  },
  { call: 'WorkspaceService.editErrorHandler', sends: { requestBody: {} } },
  { call: 'WorkspaceService.editSuccessHandler', sends: { requestBody: {} } },
  {
    call: 'WorkspaceService.editWebhook',
    sends: { requestBody: { webhook: 'https://example.com/changes' } },
  },
  {
    call: 'WorkspaceService.editWorkspaceDefaultApp',
    sends: { requestBody: { default_app_path: 'f/team/desk' } },
  },
  { call: 'WorkspaceService.getWorkspaceDefaultApp', sends: {} },
  { call: 'WorkspaceService.getSettings', sends: {}, is: { color: '#1a2b3c' } },
  {
    call: 'WorkspaceService.setEnvironmentVariable',
    sends: { requestBody: { name: 'REGION', value: 'eu' } },
  },
  { call: 'WorkspaceService.getWorkspaceEncryptionKey', sends: {} },
  {
    call: 'WorkspaceService.setWorkspaceEncryptionKey',
    sends: { requestBody: { new_key: '0123456789abcdef'.repeat(4) } },
  },
  { call: 'WorkspaceService.listWsSpecific', sends: {}, is: [] },
  { call: 'WorkspaceService.getSharedUi', sends: {} },
];

export const peopleRows: readonly Row[] = [...people, ...tokens, ...workspaces];

const group = 'worker__gpu';

const workers: Row[] = [
  { call: 'WorkerService.listWorkers', sends: {}, is: ([worker]: any[]) => assert.ok(worker) },
  {
    call: 'WorkerService.existsWorkersWithTags',
    sends: { tags: 'bun,gpu' },
    is: { bun: true, gpu: false },
  },
  { call: 'WorkerService.getCustomTags', sends: {} },
  { call: 'WorkerService.getCustomTagsForWorkspace', sends: {} },
  { call: 'WorkerService.geDefaultTags', sends: {}, is: names('', 'bun') },
  { call: 'WorkerService.isDefaultTagsPerWorkspace', sends: {}, is: false },
  { call: 'WorkerService.getCountsOfJobsWaitingPerTag', sends: {} },
  { call: 'WorkerService.getCountsOfRunningJobsPerTag', sends: {} },
  { call: 'WorkerService.getQueueMetrics', sends: {} },
  { call: 'WorkerService.getQueueMetricsSeries', sends: { windowSecs: 3600 } },
  { call: 'WorkerService.getQueueStatus', sends: {} },
  {
    call: 'ConfigService.updateConfig',
    sends: { name: group, requestBody: { worker_tags: ['gpu'] } },
  },
  { call: 'ConfigService.getConfig', sends: { name: group }, is: { worker_tags: ['gpu'] } },
  { call: 'ConfigService.listConfigs', sends: {}, is: names('name', group) },
  { call: 'ConfigService.listWorkerGroups', sends: {}, is: names('name', 'gpu') },
  { call: 'ConfigService.deleteConfig', sends: { name: group } },
];

const limited = {
  path: 'f/team/limited',
  summary: '',
  content: 'export const main = () => 1;',
  language: 'bun',
  concurrent_limit: 1,
  concurrency_time_window_s: 60,
  concurrency_key: 'the-key',
};

/** One that ended; its key is remembered for a minute. */
async function limitedJob({ ask }: Known): Promise<object> {
  await ask('ScriptService.createScript', { requestBody: limited });
  const id = await ask('JobService.runScriptByPath', { path: limited.path, requestBody: {} });
  await ask('JobService.getJobUpdatesSse', { id, onlyResult: true });
  return { id };
}

const instance: Row[] = [
  {
    call: 'ConcurrencyGroupsService.getConcurrencyKey',
    sends: limitedJob,
    is: /the-key/,
    as: 'key',
  },
  { call: 'ConcurrencyGroupsService.listConcurrencyGroups', sends: {} },
  {
    call: 'ConcurrencyGroupsService.deleteConcurrencyGroup',
    sends: ({ key }: Known) => ({ concurrencyId: key }),
  },
  {
    call: 'AuditService.listAuditLogs',
    sends: { perPage: 5 },
    is: (rows: any[]) => assert.equal(rows.length, 5),
    as: 'audit',
  },
  {
    call: 'AuditService.getAuditLog',
    sends: ({ audit }: Known) => ({ id: audit[0].id }),
    is: (row: any, { audit }: Known) => assert.equal(row.operation, audit[0].operation),
  },
  {
    call: 'McpService.listMcpTools',
    sends: {},
    is: names('name', 'runScriptByPath'),
  },
  {
    call: 'TrashService.listTrash',
    sends: { itemKind: 'flow' },
    is: (items: any[]) => assert.equal(items[0].item_path, 'f/team/double'),
    as: 'trash',
  },
  {
    call: 'TrashService.getTrashItem',
    sends: ({ trash }: Known) => ({ id: trash[0].id }),
    is: { item_path: 'f/team/double', item_kind: 'flow' },
  },
  {
    call: 'TrashService.restoreTrashItem',
    sends: ({ trash }: Known) => ({ id: trash[0].id }),
    is: 'f/team/double',
  },
  {
    call: 'TrashService.permanentlyDeleteTrashItem',
    sends: async ({ ask }: Known) => ({ id: (await ask('TrashService.listTrash'))[0].id }),
  },
  { call: 'TrashService.emptyTrash', sends: {}, is: /deleted for good/ },
  {
    call: 'DocumentationService.searchDocs',
    sends: { query: 'schedules' },
    is: ({ results }: any) => assert.match(results[0].url, /docs\/how-to\/schedules/),
    as: 'docs',
  },
  {
    call: 'DocumentationService.readDocsPage',
    sends: ({ docs }: Known) => ({ url: docs.results[0].url }),
    is: ({ text }: any) => assert.match(text, /schedule/i),
  },
  { call: 'SettingService.getGlobal', sends: { key: 'automate_username_creation' }, is: null },
  { call: 'SettingsService.backendVersion', sends: {}, is: /^v1\./ },
  { call: 'SettingsService.backendUptodate', sends: {} },
  {
    call: 'SettingsService.getOpenApiYaml',
    sends: {},
    is: /getGranularAcls[^]*listJobs/,
  },
];

/** A workspace that the owner leaves and comes back to. */
const away = { workspace: 'away' };
const asked = { email: 'eve@example.com', is_admin: false, operator: true };

async function inviteOwner({ ask }: Pick<Known, 'ask'>): Promise<object> {
  const requestBody = { email: 'owner@example.com', is_admin: true, operator: false };
  await ask('WorkspaceService.inviteUser', { ...away, requestBody });
  return {};
}

const invitations: Row[] = [
  { call: 'UserService.existsEmail', sends: { email: bob.email }, is: true },
  { call: 'UserService.whois', sends: { username: 'bob' }, is: { email: bob.email } },
  { call: 'UserService.isOwnerOfPath', sends: { path: 'u/owner/x' }, is: true },
  {
    call: 'UserService.globalUserUpdate',
    sends: { email: bob.email, requestBody: { is_super_admin: false, name: 'Robert' } },
  },
  {
    call: 'UserService.setPasswordForUser',
    sends: { user: bob.email, requestBody: { password: 'another horse battery' } },
  },
  {
    call: 'UserService.setPassword',
    sends: { requestBody: { password: 'another horse battery' } },
    // Windmill asks for no proof.
    through: (sent, { ask }) => ask('UserService.setPassword', sent).catch(String),
    is: /403 .*The current password is not right/,
  },
  {
    call: 'WorkspaceService.leaveWorkspace',
    async sends({ ask }: Known) {
      await ask('WorkspaceService.createWorkspace', { requestBody: { id: 'away', name: 'Away' } });
      const requestBody = { email: bob.email, is_admin: true, username: 'bob', operator: false };
      await ask('WorkspaceService.addUser', { ...away, requestBody });
      return away;
    },
  },
  {
    call: 'WorkspaceService.inviteUser',
    sends: { requestBody: asked },
    through: (sent, { ask }) => ask('WorkspaceService.inviteUser', { ...away, ...sent }),
  },
  {
    call: 'WorkspaceService.listPendingInvites',
    sends: away,
    is: ([invite]: any[]) => assert.deepEqual(invite, { workspace_id: 'away', ...asked }),
  },
  {
    call: 'WorkspaceService.deleteInvite',
    sends: { requestBody: asked },
    through: (sent, { ask }) => ask('WorkspaceService.deleteInvite', { ...away, ...sent }),
  },
  {
    call: 'UserService.listWorkspaceInvites',
    sends: inviteOwner,
    is: names('workspace_id', 'away'),
  },
  { call: 'UserService.declineInvite', sends: { requestBody: { workspace_id: 'away' } } },
  {
    call: 'UserService.acceptInvite',
    async sends({ ask }: Known) {
      await inviteOwner({ ask });
      return { requestBody: { workspace_id: 'away' } };
    },
  },
];

const leaving: Row[] = [
  { call: 'AdminService.deleteUser', sends: { username: 'bob' } },
  { call: 'UserService.globalUserDelete', sends: { email: bob.email } },
  { call: 'UserService.logout', sends: {} },
];

/** Last: the caller logs out. */
export const instanceRows: readonly Row[] = [...workers, ...instance, ...invitations, ...leaving];
