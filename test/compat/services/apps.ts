// Apps of both kinds, their versions, and their pages without a login.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const path = 'f/team/desk';
const place = { x: 0, y: 0, w: 3, h: 1, fixed: false };
const inlineScript = { language: 'bun', content: 'export const main = () => 6' };
const button = {
  id: 'a',
  type: 'buttoncomponent',
  configuration: {},
  componentInput: {
    type: 'runnable',
    fields: {},
    runnable: { type: 'runnableByName', inlineScript },
  },
};
const value = {
  grid: [{ id: 'a', '3': place, '12': place, data: button }],
  fullscreen: false,
  hiddenInlineScripts: [],
  unusedInlineScripts: [],
};
const app = { path, summary: 'Desk', value, policy: {} };
const open = { execution_mode: 'anonymous' };

const lowCode: Row[] = [
  { call: 'AppService.createApp', sends: { requestBody: app }, is: path },
  { call: 'AppService.existsApp', sends: { path }, is: true },
  {
    call: 'AppService.updateApp',
    sends: {
      path,
      requestBody: { summary: 'The desk', value, policy: open, custom_path: 'desk' },
    },
    is: { path },
    as: 'deployed',
  },
  { call: 'AppService.getAppByPath', sends: { path }, is: { path, summary: 'The desk' } },
  { call: 'AppService.getAppLiteByPath', sends: { path }, is: { path, raw_app: false } },
  {
    call: 'AppService.getAppByVersion',
    sends: ({ deployed }: Known) => ({ id: deployed.version }),
    is: { summary: 'The desk' },
  },
  { call: 'AppService.getAppHistoryByPath', sends: { path }, is: two },
  { call: 'AppService.getAppLatestVersion', sends: { path } },
  {
    call: 'AppService.updateAppHistory',
    async sends({ ask, deployed: { version } }: Known) {
      const { id } = await ask('AppService.getAppByPath', { path });
      return { id, version, requestBody: { deployment_msg: 'noted' } };
    },
  },
  {
    call: 'AppService.listAppPathsFromWorkspaceRunnable',
    sends: { runnableKind: 'script', path: 'f/team/none' },
    is: [],
  },
  { call: 'AppService.listApps', sends: { pathExact: path }, is: one },
  { call: 'AppService.listSearchApp', sends: {}, is: one },
  { call: 'AppService.customPathExists', sends: { customPath: 'desk' }, is: true },
  { call: 'AppService.getPublicAppByCustomPath', sends: { customPath: 'desk' }, is: { path } },
  { call: 'AppService.getPublicSecretOfApp', sends: { path }, is: /^\S+$/, as: 'shared' },
  {
    call: 'AppService.getPublicAppBySecret',
    sends: ({ shared }: Known) => ({ path: shared }),
    is: { path },
  },
  {
    call: 'AppService.executeComponent',
    sends: { path, requestBody: { component: 'a', args: {} } },
    is: /^[0-9a-f-]{36}$/,
  },
];

function two(versions: any[]): void {
  assert.equal(versions.length, 2);
}
function one(apps: any[]): void {
  assert.deepEqual(
    apps.map((each) => each.path),
    [path],
  );
}

const full = 'f/team/full';
const source = { files: { '/index.ts': "document.getElementById('root')!.append('shown')" } };
const fullApp = { path: full, summary: '', value: source, policy: {} };
const built = {
  app: { ...fullApp, path: `${full}_2` },
  js: "document.getElementById('root').append('built');",
  css: '.a {}',
};

const fullCode: Row[] = [
  { call: 'AppService.createAppRawSource', sends: { requestBody: fullApp }, is: full },
  {
    call: 'AppService.updateAppRawSource',
    sends: { path: full, requestBody: { value: source, summary: 'Full' } },
    is: { path: full },
  },
  { call: 'AppService.createAppRaw', sends: { formData: built }, is: `${full}_2` },
  {
    call: 'AppService.updateAppRaw',
    sends: { path: `${full}_2`, formData: { ...built, css: '.b {}' } },
    is: { path: `${full}_2` },
  },
  {
    call: 'AppService.getPublicSecretOfLatestVersionOfApp',
    sends: { path: full },
    is: /^\S+$/,
    as: 'bundle',
  },
  {
    call: 'AppService.getRawAppData',
    sends: ({ bundle }: Known) => ({ secretWithExtension: `${bundle}.js` }),
    is: /shown/,
  },
];

export const appRows: readonly Row[] = [
  ...lowCode,
  ...fullCode,
  { call: 'AppService.deleteApp', sends: { path } },
  { call: 'AppService.existsApp', sends: { path }, is: false },
];
