// Folders, groups, grants, variables, resources, their types, and schedules.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const has = (name: string) => (list: any[]) =>
  assert.ok(list.some((entry) => (entry.path ?? entry.name ?? entry) === name));
const not = (name: string) => (list: any[]) =>
  assert.ok(!list.some((entry) => (entry.path ?? entry.name ?? entry) === name));

const folders: Row[] = [
  {
    call: 'FolderService.createFolder',
    sends: { requestBody: { name: 'team', summary: 'Ours', owners: ['u/owner'] } },
    is: /team/,
  },
  { call: 'FolderService.existsFolder', sends: { name: 'team' }, is: true },
  { call: 'FolderService.getFolder', sends: { name: 'team' }, is: { name: 'team' } },
  { call: 'FolderService.listFolders', sends: { page: 1, perPage: 100 }, is: has('team') },
  { call: 'FolderService.listFolderNames', sends: {}, is: has('team') },
  {
    call: 'FolderService.addOwnerToFolder',
    sends: { name: 'team', requestBody: { owner: 'u/bob' } },
  },
  {
    call: 'FolderService.removeOwnerToFolder',
    sends: { name: 'team', requestBody: { owner: 'u/bob' } },
  },
  {
    call: 'FolderService.updateFolder',
    sends: { name: 'team', requestBody: { summary: 'Everyone’s' } },
  },
  {
    call: 'FolderService.createFolder',
    sends: { requestBody: { name: 'gone' } },
  },
  { call: 'FolderService.deleteFolder', sends: { name: 'gone' } },
  { call: 'FolderService.existsFolder', sends: { name: 'gone' }, is: false },
];

const groups: Row[] = [
  {
    call: 'GroupService.createGroup',
    sends: { requestBody: { name: 'ops', summary: 'Operations' } },
  },
  {
    call: 'GroupService.addUserToGroup',
    sends: { name: 'ops', requestBody: { username: 'bob' } },
  },
  {
    call: 'GroupService.getGroup',
    sends: { name: 'ops' },
    is: { name: 'ops', members: ['bob', 'owner'] },
  },
  { call: 'GroupService.updateGroup', sends: { name: 'ops', requestBody: { summary: 'On call' } } },
  { call: 'GroupService.listGroups', sends: {}, is: has('ops') },
  { call: 'GroupService.listGroupNames', sends: {}, is: has('ops') },
  {
    call: 'GroupService.removeUserToGroup',
    sends: { name: 'ops', requestBody: { username: 'bob' } },
  },
];

const grants: Row[] = [
  {
    call: 'GranularAclService.addGranularAcls',
    sends: { kind: 'folder', path: 'team', requestBody: { owner: 'g/ops', write: true } },
  },
  {
    call: 'GranularAclService.getGranularAcls',
    sends: { kind: 'folder', path: 'team' },
    is: { 'g/ops': true },
  },
  {
    call: 'GranularAclService.removeGranularAcls',
    sends: { kind: 'folder', path: 'team', requestBody: { owner: 'g/ops' } },
  },
  {
    call: 'GranularAclService.getGranularAcls',
    sends: { kind: 'folder', path: 'team' },
    is: (acl: object) => assert.ok(!('g/ops' in acl)),
  },
  { call: 'GroupService.deleteGroup', sends: { name: 'ops' } },
  { call: 'GroupService.listGroupNames', sends: {}, is: not('ops') },
];

const secret = 'hunter2-and-then-some';

const variables: Row[] = [
  {
    call: 'VariableService.createVariable',
    sends: {
      requestBody: { path: 'f/team/secret', value: secret, is_secret: true, description: 'x' },
    },
  },
  { call: 'VariableService.existsVariable', sends: { path: 'f/team/secret' }, is: true },
  {
    call: 'VariableService.getVariable',
    sends: { path: 'f/team/secret', decryptSecret: false },
    is: (variable: any) => {
      assert.equal(variable.is_secret, true);
      assert.ok(!JSON.stringify(variable).includes(secret));
    },
  },
  {
    call: 'VariableService.getVariableValue',
    sends: { path: 'f/team/secret' },
    is: (value: string) => assert.equal(value, secret),
  },
  {
    call: 'VariableService.listVariable',
    sends: { pathStart: 'f/team', perPage: 5 },
    is: (list: any[]) => {
      assert.deepEqual(
        list.map(({ path }) => path),
        ['f/team/secret'],
      );
      assert.ok(!JSON.stringify(list).includes(secret));
    },
  },
  {
    call: 'VariableService.updateVariable',
    sends: { path: 'f/team/secret', requestBody: { value: 'another one', description: 'y' } },
  },
  {
    call: 'VariableService.listContextualVariables',
    sends: {},
    is: has('WM_WORKSPACE'),
  },
];

const types: Row[] = [
  {
    call: 'ResourceService.createResourceType',
    sends: { requestBody: { name: 'c_thing', schema: { type: 'object' }, description: 'A thing' } },
  },
  { call: 'ResourceService.existsResourceType', sends: { path: 'c_thing' }, is: true },
  {
    call: 'ResourceService.updateResourceType',
    sends: { path: 'c_thing', requestBody: { description: 'One thing' } },
  },
  {
    call: 'ResourceService.getResourceType',
    sends: { path: 'c_thing' },
    is: { name: 'c_thing', description: 'One thing', schema: { type: 'object' } },
  },
  { call: 'ResourceService.listResourceType', sends: {}, is: has('c_thing') },
  { call: 'ResourceService.listResourceTypeNames', sends: {}, is: has('c_thing') },
  { call: 'ResourceService.fileResourceTypeToFileExtMap', sends: {} },
];

const thing = 'f/team/thing';
const value = { host: 'db', password: '$var:f/team/secret' };

const resources: Row[] = [
  {
    call: 'ResourceService.createResource',
    sends: { requestBody: { path: thing, value, resource_type: 'c_thing', description: '' } },
  },
  { call: 'ResourceService.existsResource', sends: { path: thing }, is: true },
  { call: 'ResourceService.getResourceValue', sends: { path: thing }, is: value },
  {
    call: 'ResourceService.getResourceValueInterpolated',
    sends: { path: thing },
    is: { host: 'db', password: 'another one' },
  },
  {
    call: 'ResourceService.updateResource',
    sends: { path: thing, requestBody: { description: 'The thing' } },
  },
  {
    call: 'ResourceService.updateResourceValue',
    sends: { path: thing, requestBody: { value: { host: 'other' } } },
  },
  {
    call: 'ResourceService.getResource',
    sends: { path: thing },
    is: { path: thing, value: { host: 'other' }, description: 'The thing' },
  },
  { call: 'ResourceService.listResource', sends: { resourceType: 'c_thing' }, is: has(thing) },
  {
    call: 'ResourceService.listResourceNames',
    sends: { name: 'c_thing' },
    is: [{ name: thing, path: thing }],
  },
  { call: 'ResourceService.deleteResource', sends: { path: thing } },
  {
    call: 'ResourceService.deleteResourcesBulk',
    async sends({ ask }: Known) {
      const requestBody = { path: thing, resource_type: 'c_thing', value: {} };
      await ask('ResourceService.createResource', { requestBody });
      return { requestBody: { paths: [thing] } };
    },
    is: [thing],
  },
  { call: 'ResourceService.existsResource', sends: { path: thing }, is: false },
  { call: 'ResourceService.deleteResourceType', sends: { path: 'c_thing' } },
  {
    call: 'VariableService.deleteVariablesBulk',
    async sends({ ask }: Known) {
      const requestBody = { path: 'f/team/more', value: '', is_secret: false, description: '' };
      await ask('VariableService.createVariable', { requestBody });
      return { requestBody: { paths: ['f/team/more'] } };
    },
    is: ['f/team/more'],
  },
  { call: 'VariableService.deleteVariable', sends: { path: 'f/team/secret' } },
  { call: 'VariableService.existsVariable', sends: { path: 'f/team/secret' }, is: false },
];

export const itemRows: readonly Row[] = [
  ...folders,
  ...groups,
  ...grants,
  ...variables,
  ...types,
  ...resources,
];

const nightly = 'f/team/nightly';
const plan = { schedule: '0 0 3 * * *', timezone: 'Europe/Berlin', args: { n: 1 } };

/** They start `f/team/add`. */
export const scheduleRows: readonly Row[] = [
  {
    call: 'ScheduleService.previewSchedule',
    sends: { requestBody: { schedule: plan.schedule, timezone: plan.timezone } },
    is: (times: string[]) => assert.match(times[0] ?? '', /^\d{4}-\d\d-\d\dT/),
  },
  {
    call: 'ScheduleService.createSchedule',
    sends: {
      requestBody: {
        path: nightly,
        script_path: 'f/team/add',
        is_flow: false,
        enabled: true,
        ...plan,
      },
    },
  },
  { call: 'ScheduleService.existsSchedule', sends: { path: nightly }, is: true },
  {
    call: 'ScheduleService.getSchedule',
    sends: { path: nightly },
    is: { path: nightly, script_path: 'f/team/add', enabled: true, args: { n: 1 } },
  },
  {
    call: 'ScheduleService.updateSchedule',
    sends: { path: nightly, requestBody: { ...plan, schedule: '0 0 4 * * *', summary: 'Later' } },
  },
  { call: 'ScheduleService.listSchedules', sends: { perPage: 10 }, is: has(nightly) },
  { call: 'ScheduleService.listSchedulesWithJobs', sends: {}, is: has(nightly) },
  {
    call: 'ScheduleService.setScheduleEnabled',
    sends: { path: nightly, requestBody: { enabled: false } },
  },
  {
    call: 'ScheduleService.setDefaultErrorOrRecoveryHandler',
    sends: {
      requestBody: {
        handler_type: 'error',
        override_existing: true,
        path: 'script/f/team/add',
        extra_args: { a: 1 },
        number_of_occurence: 2,
        number_of_occurence_exact: true,
        workspace_handler_muted: true,
      },
    },
  },
  {
    call: 'ScheduleService.getSchedule',
    sends: { path: nightly },
    is: { on_failure: 'script/f/team/add', on_failure_times: 2, on_failure_exact: true },
  },
  {
    call: 'ScheduleService.setDefaultErrorOrRecoveryHandler',
    sends: { requestBody: { handler_type: 'error', override_existing: true } },
  },
  {
    call: 'ScheduleService.getSchedule',
    sends: { path: nightly },
    is: ({ on_failure: handler }: any) => assert.equal(handler, undefined),
  },
  { call: 'ScheduleService.deleteSchedule', sends: { path: nightly } },
  { call: 'ScheduleService.existsSchedule', sends: { path: nightly }, is: false },
];
