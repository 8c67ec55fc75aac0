// Scripts, flows, and the HTTP routes that start them.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const add = 'f/team/add';
const script = {
  path: add,
  summary: 'Adds',
  description: '',
  content: 'export const main = (n: number, by = 1) => n + by;\n',
  language: 'bun',
  schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
  kind: 'script',
};

const pathIs = (path: string) => (list: any[]) =>
  assert.ok(list.some((entry) => (entry.path ?? entry) === path));

export const scriptRows: readonly Row[] = [
  { call: 'ScriptService.createScript', sends: { requestBody: script }, is: /^\w{16}$/, as: 'old' },
  {
    call: 'ScriptService.createScript',
    sends: ({ old }: Known) => ({
      requestBody: { ...script, parent_hash: old, summary: 'Adds more', deployment_message: 'two' },
    }),
    is: /^\w{16}$/,
    as: 'hash',
  },
  { call: 'ScriptService.existsScriptByPath', sends: { path: add }, is: true },
  {
    call: 'ScriptService.getScriptByPath',
    sends: { path: add, withStarredInfo: true },
    is: { path: add, summary: 'Adds more', content: script.content, language: 'bun' },
  },
  {
    call: 'ScriptService.getScriptByHash',
    sends: ({ old }: Known) => ({ hash: old }),
    is: { summary: 'Adds' },
  },
  { call: 'ScriptService.rawScriptByPath', sends: { path: `${add}.ts` }, is: script.content },
  {
    call: 'ScriptService.rawScriptByHash',
    sends: ({ hash }: Known) => ({ path: `${hash}.ts` }),
    is: script.content,
  },
  { call: 'ScriptService.listScripts', sends: { pathStart: 'f/team' }, is: pathIs(add) },
  { call: 'ScriptService.listScriptPaths', sends: {}, is: pathIs(add) },
  { call: 'ScriptService.listSearchScript', sends: {}, is: pathIs(add) },
  {
    call: 'ScriptService.getScriptHistoryByPath',
    sends: { path: add },
    is: ([newest, oldest]: any[], { hash, old }: Known) => {
      assert.deepEqual([newest.script_hash, oldest.script_hash], [hash, old]);
      assert.equal(newest.deployment_msg, 'two');
    },
  },
  {
    call: 'ScriptService.updateScriptHistory',
    sends: ({ old }: Known) => ({ hash: old, path: add, requestBody: { deployment_msg: 'one' } }),
  },
  {
    call: 'ScriptService.toggleWorkspaceErrorHandlerForScript',
    sends: { path: add, requestBody: { muted: false } },
  },
  {
    call: 'ScriptService.storeRawScriptTemp',
    sends: { requestBody: script.content },
    is: /^[0-9a-f]{64}$/,
    as: 'local',
  },
  {
    call: 'ScriptService.diffRawScriptsWithDeployed',
    sends: ({ local }: Known) => ({
      requestBody: { scripts: { [add]: local, 'f/team/nowhere': local }, workspace_deps: [] },
    }),
    is: ['f/team/nowhere'],
  },
  {
    call: 'ScriptService.getScriptLatestVersion',
    sends: { path: add },
    is: (newest: any, { hash }: Known) => assert.equal(newest.script_hash, hash),
  },
  {
    call: 'ScriptService.getScriptDeploymentStatus',
    sends: ({ hash }: Known) => ({ hash }),
    is: (status: any) => assert.equal(typeof status.lock, 'string'),
  },
  { call: 'ScriptService.getTriggersCountOfScript', sends: { path: add } },
];

/** After everything that runs `f/team/add`. */
export const scriptEndRows: readonly Row[] = [
  {
    call: 'ScriptService.archiveScriptByHash',
    sends: ({ old }: Known) => ({ hash: old }),
    is: { archived: true },
  },
  {
    call: 'ScriptService.deleteScriptByHash',
    sends: ({ old }: Known) => ({ hash: old }),
    is: { deleted: true },
  },
  { call: 'ScriptService.archiveScriptByPath', sends: { path: add } },
  { call: 'ScriptService.deleteScriptByPath', sends: { path: add } },
  { call: 'ScriptService.existsScriptByPath', sends: { path: add }, is: false },
  { call: 'ScriptService.deleteScriptsBulk', sends: { requestBody: { paths: [] } }, is: [] },
];

const double = 'f/team/double';
const code = 'export const main = (n: number) => n * 2;\n';
const input = { n: { type: 'javascript', expr: 'flow_input.n' } };
const flow = {
  path: double,
  summary: 'Doubles',
  description: '',
  value: {
    modules: [
      {
        id: 'a',
        value: { type: 'rawscript', content: code, language: 'bun', input_transforms: input },
      },
    ],
  },
  schema: { type: 'object', properties: { n: { type: 'number' } } },
};

export const flowRows: readonly Row[] = [
  { call: 'FlowService.createFlow', sends: { requestBody: flow }, is: /f\/team\/double/ },
  {
    call: 'FlowService.updateFlow',
    sends: {
      path: double,
      requestBody: { ...flow, summary: 'Doubles it', deployment_message: 'two' },
    },
  },
  { call: 'FlowService.existsFlowByPath', sends: { path: double }, is: true },
  {
    call: 'FlowService.getFlowByPath',
    sends: { path: double, withStarredInfo: true },
    is: { path: double, summary: 'Doubles it' },
  },
  { call: 'FlowService.listFlows', sends: { pathExact: double }, is: pathIs(double) },
  { call: 'FlowService.listFlowPaths', sends: {}, is: pathIs(double) },
  { call: 'FlowService.listSearchFlow', sends: {}, is: pathIs(double) },
  {
    call: 'FlowService.getFlowHistory',
    sends: { path: double },
    is: (versions: any[]) =>
      assert.deepEqual([versions.length, versions[0].deployment_msg], [2, 'two']),
    as: 'versions',
  },
  {
    call: 'FlowService.getFlowVersion',
    sends: ({ versions }: Known) => ({ version: versions[1].id }),
    is: { summary: 'Doubles' },
  },
  { call: 'FlowService.getTriggersCountOfFlow', sends: { path: double } },
  {
    call: 'FlowService.updateFlowHistory',
    sends: ({ versions }: Known) => ({
      version: versions[0].id,
      requestBody: { deployment_msg: 'second thoughts' },
    }),
  },
  {
    call: 'FlowService.getFlowHistory',
    sends: { path: double },
    is: ([newest]: any[]) => assert.equal(newest.deployment_msg, 'second thoughts'),
  },
  {
    call: 'FlowService.toggleWorkspaceErrorHandlerForFlow',
    sends: { path: double, requestBody: { muted: true } },
    is: double,
  },
  {
    call: 'FlowService.getFlowByPath',
    sends: { path: double },
    is: { ws_error_handler_muted: true },
  },
  { call: 'FlowService.getFlowDeploymentStatus', sends: { path: double }, is: {} },
];

export const starRows: readonly Row[] = [
  {
    call: 'FavoriteService.star',
    sends: { requestBody: { path: double, favorite_kind: 'flow' } },
  },
  { call: 'FlowService.listFlows', sends: { starredOnly: true }, is: pathIs(double) },
  {
    call: 'FavoriteService.unstar',
    sends: { requestBody: { path: double, favorite_kind: 'flow' } },
  },
  { call: 'FlowService.listFlows', sends: { starredOnly: true }, is: [] },
];

const forDouble = { runnableId: double, runnableType: 'FlowPath' };

export const inputRows: readonly Row[] = [
  {
    call: 'InputService.createInput',
    sends: { ...forDouble, requestBody: { name: 'seven', args: { n: 7 } } },
    is: /^[0-9a-f-]{36}$/,
    as: 'saved',
  },
  {
    call: 'InputService.updateInput',
    sends: ({ saved }: Known) => ({
      requestBody: { id: saved, name: 'Seven', is_public: true },
    }),
  },
  {
    call: 'InputService.listInputs',
    sends: forDouble,
    is: (rows: any[]) => assert.deepEqual([rows[0].name, rows[0].is_public], ['Seven', true]),
  },
  {
    call: 'InputService.getArgsFromHistoryOrSavedInput',
    sends: ({ saved }: Known) => ({ jobOrInputId: saved, input: true }),
    is: { n: 7 },
  },
  { call: 'InputService.getInputHistory', sends: forDouble },
  { call: 'InputService.deleteInput', sends: ({ saved }: Known) => ({ input: saved }) },
];

/** After everything that runs `f/team/double`. */
export const flowEndRows: readonly Row[] = [
  {
    call: 'FlowService.archiveFlowByPath',
    sends: { path: double, requestBody: { archived: true } },
  },
  { call: 'FlowService.deleteFlowByPath', sends: { path: double } },
  { call: 'FlowService.existsFlowByPath', sends: { path: double }, is: false },
];

const route = 'f/team/route';
const httpRoute = {
  path: route,
  script_path: add,
  route_path: 'adding',
  is_flow: false,
  http_method: 'post',
  request_type: 'sync',
  authentication_method: 'none',
  is_static_website: false,
};
const second = { ...httpRoute, path: `${route}_2`, route_path: 'adding/two' };

export const triggerRows: readonly Row[] = [
  { call: 'HttpTriggerService.createHttpTrigger', sends: { requestBody: httpRoute } },
  { call: 'HttpTriggerService.createHttpTriggers', sends: { requestBody: [second] } },
  { call: 'HttpTriggerService.existsHttpTrigger', sends: { path: route }, is: true },
  {
    call: 'HttpTriggerService.existsRoute',
    sends: { requestBody: { route_path: 'adding', http_method: 'post' } },
    is: true,
  },
  {
    call: 'HttpTriggerService.getHttpTrigger',
    sends: { path: route },
    is: { path: route, route_path: 'adding', http_method: 'post', script_path: add },
  },
  { call: 'HttpTriggerService.listHttpTriggers', sends: {}, is: pathIs(`${route}_2`) },
  {
    call: 'HttpTriggerService.updateHttpTrigger',
    sends: { path: route, requestBody: { ...httpRoute, route_path: 'added', summary: 'Adds' } },
  },
  {
    call: 'HttpTriggerService.setHttpTriggerMode',
    sends: { path: route, requestBody: { mode: 'disabled' } },
  },
  { call: 'ScriptService.getTriggersCountOfScript', sends: { path: add } },
  { call: 'HttpTriggerService.deleteHttpTrigger', sends: { path: route } },
  { call: 'HttpTriggerService.existsHttpTrigger', sends: { path: route }, is: false },
  ...['Websocket', 'Kafka', 'Nats', 'Postgres', 'Mqtt', 'Amqp', 'Sqs', 'Gcp', 'Azure', 'Email'].map(
    (kind) => ({ call: `${kind}TriggerService.list${kind}Triggers`, sends: {}, is: [] }),
  ),
];
