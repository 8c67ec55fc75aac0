// `/api/w/{ws}/http_triggers/*`: the routes below `/api/r/`, as items.
import { AppError } from '../../base/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonItem, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const triggers = 'w/:workspace/http_triggers';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });

/** The output of `httpTriggers.get`, and a row of the list. */
interface HttpTriggerOutput {
  workspaceId: string;
  path: string;
  routePath: string;
  httpMethod: string;
  workspacedRoute: boolean;
  scriptPath: string;
  isFlow: boolean;
  requestType: string;
  authenticationMethod: string;
  authenticationResourcePath: string | null;
  staticKey: string | null;
  isWebsite: boolean;
  wrapBody: boolean;
  rawString: boolean;
  retry?: unknown;
  errorHandlerPath?: string | null | undefined;
  errorHandlerArgs?: unknown;
  enabled: boolean;
  summary: string;
  description: string;
  labels: readonly string[];
  extraPerms: Readonly<Record<string, boolean>>;
  permissionedAs: string;
  email: string;
  editedBy: string;
  editedAt: number;
}

/** An HTTP route as Windmill's REST shows it. */
export function httpTriggerShape(trigger: HttpTriggerOutput): Record<string, unknown> {
  return filled({
    workspace_id: trigger.workspaceId,
    path: trigger.path,
    route_path: trigger.routePath,
    http_method: trigger.httpMethod,
    workspaced_route: trigger.workspacedRoute,
    script_path: trigger.scriptPath,
    is_flow: trigger.isFlow,
    request_type: trigger.requestType,
    authentication_method: trigger.authenticationMethod,
    authentication_resource_path: trigger.authenticationResourcePath,
    is_static_website: trigger.isWebsite,
    static_asset_config: trigger.staticKey === null ? undefined : { s3: trigger.staticKey },
    wrap_body: trigger.wrapBody,
    raw_string: trigger.rawString,
    retry: trigger.retry,
    error_handler_path: trigger.errorHandlerPath,
    error_handler_args: trigger.errorHandlerArgs,
    mode: trigger.enabled ? 'enabled' : 'disabled',
    summary: trigger.summary === '' ? undefined : trigger.summary,
    description: trigger.description === '' ? undefined : trigger.description,
    labels: trigger.labels.length > 0 ? trigger.labels : undefined,
    extra_perms: trigger.extraPerms,
    permissioned_as: trigger.permissionedAs,
    email: trigger.email,
    edited_by: trigger.editedBy,
    edited_at: new Date(trigger.editedAt).toISOString(),
  });
}

/** The key in `static_asset_config`; what else it may hold is refused, not lost. */
function staticKeyOf(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return config;
  const { s3: key, storage, ...others } = filled(config as Record<string, unknown>);
  const [other] = Object.keys(others);
  if (other === undefined && (storage === undefined || storage === '_default_')) return key;
  throw new AppError(
    'not_implemented',
    `static_asset_config has no ${other ?? 'storage'} here: a workspace has one storage.`,
    { hint: 'Give s3, the key of a stored file; its upload says content_disposition.' },
  );
}

/** `enabled`, or `mode` in newer clients. */
function enabledOf({ mode, enabled }: Record<string, unknown>): unknown {
  if (mode === undefined || mode === null) return enabled ?? undefined;
  if (mode === 'enabled' || mode === 'disabled') return mode === 'enabled';
  throw new AppError('not_implemented', 'A route is enabled or disabled here, not suspended.', {
    hint: 'Give mode enabled or disabled.',
  });
}

/** Newer clients say script/ or flow/; a bare path is a script. */
const handlerOf = (path: unknown): unknown =>
  typeof path === 'string' && /^[uf]\//.test(path) ? `script/${path}` : path;

function settings(body: Record<string, unknown>): Record<string, unknown> {
  const isAsync = body['is_async'];
  const legacy = typeof isAsync === 'boolean' ? (isAsync ? 'async' : 'sync') : undefined;
  return filled({
    routePath: body['route_path'],
    httpMethod: body['http_method'],
    workspacedRoute: body['workspaced_route'],
    scriptPath: body['script_path'],
    isFlow: body['is_flow'],
    requestType: body['request_type'] ?? legacy,
    authenticationMethod: body['authentication_method'],
    authenticationResourcePath: body['authentication_resource_path'],
    wrapBody: body['wrap_body'],
    rawString: body['raw_string'],
    staticKey: staticKeyOf(body['static_asset_config']),
    isWebsite: body['is_static_website'],
    retry: body['retry'],
    errorHandlerPath: handlerOf(body['error_handler_path']),
    errorHandlerArgs: body['error_handler_args'],
    summary: body['summary'],
    description: body['description'],
    labels: body['labels'],
    extraPerms: body['extra_perms'],
    permissionedAs: body['permissioned_as'],
    preservePermissionedAs: body['preserve_permissioned_as'],
  });
}

/** The input of `httpTriggers.create`. */
export const creation = (body: Record<string, unknown>): Record<string, unknown> => ({
  path: body['path'],
  ...settings(body),
  ...present({ enabled: enabledOf(body) }),
});

const setEnabled = {
  operation: 'httpTriggers.setEnabled',
  input: (request: WireRequest) => ({ ...byPath(request), enabled: enabledOf(request.fields()) }),
  answer: text(({ path }: { path: string }) => path),
};

interface CountsOutput {
  primarySchedule: string | null;
  schedules: number;
  httpRoutes: number;
}

const countRows = (['scripts', 'flows'] as const).map((kind) =>
  get({
    path: `w/:workspace/${kind}/get_triggers_count/*`,
    operation: `${kind}.triggerCounts`,
    input: byPath,
    answer: json(({ primarySchedule, schedules, httpRoutes }: CountsOutput) => ({
      ...(primarySchedule === null ? {} : { primary_schedule: { schedule: primarySchedule } }),
      schedule_count: schedules,
      http_routes_count: httpRoutes,
    })),
  }),
);

export const httpTriggerRows: readonly Row[] = [
  ...countRows,
  get({
    path: `${triggers}/list`,
    operation: 'httpTriggers.list',
    input: (request) => ({
      ...paging(request, { cliFromZero: true }),
      ...present({
        scriptPath: request.query.text('path'),
        isFlow: request.query.flag('is_flow'),
        pathStart: request.query.text('path_start'),
      }),
    }),
    answer: jsonRows(httpTriggerShape),
  }),
  get({
    path: `${triggers}/get/*`,
    operation: 'httpTriggers.get',
    input: byPath,
    answer: jsonItem(httpTriggerShape),
  }),
  get({
    path: `${triggers}/exists/*`,
    operation: 'httpTriggers.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
  post({
    path: `${triggers}/route_exists`,
    operation: 'httpTriggers.routeExists',
    input: (request) => {
      const body = request.fields();
      return filled({
        routePath: body['route_path'],
        httpMethod: body['http_method'],
        workspacedRoute: body['workspaced_route'],
        triggerPath: body['trigger_path'],
      });
    },
    answer: json<boolean>(),
  }),
  post({
    path: `${triggers}/create`,
    operation: 'httpTriggers.create',
    input: (request) => creation(request.fields()),
    answer: text(({ path }: { path: string }) => path, 201),
  }),
  post({
    path: `${triggers}/update/*`,
    operation: 'httpTriggers.update',
    input: (request) => {
      const body = request.fields();
      const resource = body['authentication_resource_path'] ?? null;
      // What a body leaves out is taken away: Windmill's clients send the whole route.
      const unset = {
        retry: null,
        errorHandlerPath: null,
        errorHandlerArgs: null,
        staticKey: null,
      };
      const said = { ...unset, ...settings(body), authenticationResourcePath: resource };
      return { ...said, ...byPath(request) };
    },
    answer: text(({ path }: { path: string }) => path),
  }),
  post({ path: `${triggers}/setmode/*`, ...setEnabled }),
  post({ path: `${triggers}/setenabled/*`, ...setEnabled }),
  remove({
    path: `${triggers}/delete/*`,
    operation: 'httpTriggers.delete',
    input: byPath,
    answer: text(({ path }: { path: string }) => `http trigger ${path} deleted`),
  }),
];
