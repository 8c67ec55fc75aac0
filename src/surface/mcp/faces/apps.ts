// Endpoint tools of apps: find, read, write, delete. What is wrong with an app is answered with its
// place and an example, so that a model can put it right.
import { appShapes } from '../../shapes/index.ts';
import type { Argument, Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

const howToWrite =
  'Full-code (prefer it): {"files": {"/index.tsx": "…", "/App.tsx": "…", "/package.json": ' +
  '"{\\"dependencies\\": {\\"react\\": \\"^19.0.0\\", \\"react-dom\\": \\"^19.0.0\\"}}"}, ' +
  '"runnables": {"get_user": {"type": "inline", "inlineScript": {"language": "bun", "content": ' +
  '"export async function main(id: string) {…}"}}}}. /index.tsx must mount: createRoot(document.' +
  'getElementById("root")!).render(<App />). The page calls its runnables: import { backend } ' +
  'from "./wmill"; await backend.get_user({ id }). A runnable may also be {"type": "path", ' +
  '"runType": "script" or "flow", "path": "f/team/x"}; inputs that the user must not choose are ' +
  'its "fields": {"x": {"type": "static", "value": …}}. It is bundled and tried before it is ' +
  'stored. Low-code: {"grid": [{"id": "a", "3": {"x": 0, "y": 0, "w": 3, "h": 2}, "12": {"x": 0, ' +
  '"y": 0, "w": 6, "h": 2}, "data": {"id": "a", "type": "textcomponent", "configuration": {}, ' +
  '"componentInput": {"type": "static", "value": "Hello"}}}], "hiddenInlineScripts": []}: a box ' +
  'for 3 columns (phones) and for 12, none over another; what a container holds stands in ' +
  '"subgrids": {"<id>-0": […]}.';

const value: Argument = { in: 'body', schema: { type: 'object', description: howToWrite } };

const policy: Argument = {
  in: 'body',
  schema: {
    type: 'object',
    description:
      '{"execution_mode": "publisher"}: what its components run runs as you, for members who may ' +
      'read the app; "viewer": as who uses it; "anonymous": as you, for everybody. What may run ' +
      'follows from the app itself.',
  },
};

const writing = {
  summary: field.text('body', 'One line: what the app is for.'),
  value,
  policy,
  labels: field.texts('body', 'Labels.'),
  custom_path: field.text('body', 'Public name of its own; admins only.'),
  deployment_message: field.text('body', 'Why this version.'),
};

const appPath = (): Argument =>
  field.required(field.text('path', 'Path of the app, such as f/team/desk.'));

/** What was written, and what may be wrong with it. */
const written = ({ path, version, warnings }: Deployed) => ({
  path,
  version,
  ...(warnings.length > 0 && { warnings }),
});

interface Deployed {
  path: string;
  version: number;
  warnings: readonly string[];
}

export const appEndpoints: readonly Endpoint[] = [
  {
    name: 'listApps',
    title: 'List apps',
    description: 'Finds apps that you may read, newest first, without their values.',
    method: 'GET',
    route: '/w/{workspace}/apps/list',
    effect: 'reads',
    operation: 'apps.list',
    arguments: {
      ...field.paging,
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      path_exact: field.text('query', 'Only this path.'),
      created_by: field.text('query', 'Only those that this username changed last.'),
      label: field.text('query', 'Only those with this label.'),
      order_desc: field.flag('query', 'Newest first; true.'),
      ...field.starred.list,
    },
    shape: (apps: Parameters<typeof appShapes.row>[0][]) => apps.map(appShapes.row),
  },
  {
    name: 'getAppByPath',
    title: 'Read an app',
    description: 'Reads the newest version of an app, whole. Call it before updateApp.',
    method: 'GET',
    route: '/w/{workspace}/apps/get/p/{path}',
    effect: 'reads',
    operation: 'apps.get',
    arguments: { path: appPath(), ...field.starred.read, raw_app: field.ignored('query') },
    shape: appShapes.whole,
  },
  {
    name: 'createApp',
    title: 'Create an app',
    description:
      'Writes a new app. It is checked and built first; a refusal names each place with an ' +
      'example, and nothing is stored. To change an app that exists use updateApp.',
    method: 'POST',
    route: '/w/{workspace}/apps/create_raw_source',
    effect: 'adds',
    operation: 'apps.create',
    arguments: {
      path: field.required(
        field.text('body', 'Where to put it: u/<you>/<name> or f/<folder>/<name>.'),
      ),
      ...writing,
      value: field.required(value),
    },
    shape: written,
  },
  {
    name: 'updateApp',
    title: 'Update an app',
    description:
      'Writes a new version of an app; the old ones stay in its history. What you leave out ' +
      'stays as it was, but value is always the whole app. From then on it runs as you.',
    method: 'POST',
    route: '/w/{workspace}/apps/update_raw_source/{path}',
    effect: 'changes',
    operation: 'apps.update',
    arguments: {
      path: appPath(),
      path__body: { ...field.text('body', 'The new path; only to move the app.'), to: 'newPath' },
      ...writing,
      parent_version: {
        in: 'body',
        schema: { type: 'number', description: 'Refuse when the newest version is another one.' },
      },
      allow_kind_change: field.flag('body', 'Turn a low-code app into a full-code one, or back.'),
    },
    shape: written,
  },
  {
    name: 'deleteApp',
    title: 'Delete an app',
    description:
      'Moves an app with all its versions to the trash. Only when the user asked for exactly that.',
    method: 'DELETE',
    route: '/w/{workspace}/apps/delete/{path}',
    effect: 'removes',
    operation: 'apps.delete',
    arguments: { path: appPath() },
    shape: ({ path }: { path: string }) => `Deleted the app ${path}.`,
  },
];
