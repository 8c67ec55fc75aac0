// The verbs of HTTP routes. Who may call them has been decided at the door, by path; here also that
// whoever writes one may run what it starts, and that only admins take addresses of the instance.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { authorise, type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { MemberOf } from '../jobs/index.ts';
import { handlerTarget, runsAs, type SchedulePushes } from '../schedules/index.ts';
import { taken } from '../variables/index.ts';
import type {
  HttpTrigger,
  HttpTriggerChange,
  HttpTriggerRow,
  NewHttpTrigger,
  TriggerCounts,
} from './http-trigger.ts';
import * as sql from './http-triggers.sql.ts';
import { keyOf, readRoute } from './route.ts';
import { type ReadResource, type Routes, wholeRoute } from './routes.ts';

export interface HttpTriggersDeps {
  db: Database;
  clock: Clock;
  routes: Pick<Routes, 'changed'>;
  pushes: Pick<SchedulePushes, 'assertMayRun'>;
  memberOf: MemberOf;
  readResource: ReadResource;
}

export interface HttpTriggerFilters {
  page: number;
  perPage: number;
  scriptPath?: string | undefined;
  isFlow?: boolean | undefined;
  pathStart?: string | undefined;
}

export type HttpTriggers = ReturnType<typeof createHttpTriggers>;

type Address = Pick<HttpTrigger, 'routePath' | 'workspacedRoute' | 'httpMethod'> & {
  isWebsite?: boolean | undefined;
};

const keyIn = (workspace: string, address: Address): string =>
  keyOf(readRoute(wholeRoute(workspace, address)));

/** Addresses of the instance belong to admins; those below the workspace's id to its members. */
function assertMayPublish({ caller }: Call, { workspacedRoute }: Address): void {
  const isAdmin = caller.kind === 'system' || caller.membership?.role === 'admin';
  if (workspacedRoute || isAdmin) return;
  throw new AppError('forbidden', 'Only admins publish routes that all workspaces share.', {
    hint: 'Set workspacedRoute: the address then begins with the id of the workspace.',
  });
}

const needsResource = new Set(['api_key', 'basic_http', 'signature']);

/** The writer must be able to read what callers are checked with. */
async function checkAuthentication(
  deps: HttpTriggersDeps,
  call: Call,
  said: Pick<HttpTrigger, 'authenticationMethod' | 'authenticationResourcePath'>,
): Promise<void> {
  const { authenticationMethod: method, authenticationResourcePath: path } = said;
  if (!needsResource.has(method)) return;
  if (!path) {
    throw new AppError('invalid_input', `The method ${method} needs a resource.`, {
      hint: 'Name it in authenticationResourcePath; docs/how-to/webhooks.md says what it holds.',
    });
  }
  await deps.readResource(call, path);
}

/** What answers stored files runs nothing, and says nothing of how to run it. */
function checkFiles(said: Omit<NewHttpTrigger, 'path'>): void {
  const wrong = [
    [said.scriptPath !== '', 'scriptPath'],
    [said.httpMethod !== 'get', 'another method than get'],
    [said.requestType !== 'sync', 'another requestType than sync'],
    [said.authenticationMethod === 'custom_script', 'the method custom_script'],
    [said.wrapBody || said.rawString, 'wrapBody or rawString'],
    [Boolean(said.retry || said.errorHandlerPath), 'retry or an error handler'],
  ].find(([is]) => is);
  if (!wrong) return;
  throw new AppError('invalid_input', `A route of stored files takes no ${wrong[1]}.`, {
    hint: 'Leave staticKey out to run a script, or leave that out to answer files.',
  });
}

/** The writer must be allowed what the route does. */
async function checkTarget(
  deps: HttpTriggersDeps,
  call: Call,
  said: Omit<NewHttpTrigger, 'path'>,
): Promise<void> {
  const { scriptPath: path, staticKey: key, isWebsite } = said;
  if (!key) {
    if (isWebsite || path === '') {
      throw new AppError('invalid_input', 'This route neither runs a script nor answers files.', {
        hint: 'Give scriptPath, or staticKey: a stored file, or the folder of a website.',
      });
    }
    return deps.pushes.assertMayRun(call, { kind: said.isFlow ? 'flows' : 'scripts', path });
  }
  checkFiles(said);
  const target = { kind: 'files', path: isWebsite ? `${key}/index.html` : key };
  const verdict = authorise(call.caller, { action: 'files:read', risk: 'read' }, target);
  if (!verdict.allowed) throw verdict.error;
}

/** Flows say themselves what happens when a step fails. */
async function checkHandling(
  deps: HttpTriggersDeps,
  call: Call,
  said: Pick<NewHttpTrigger, 'errorHandlerPath'>,
): Promise<void> {
  if (!said.errorHandlerPath) return;
  await deps.pushes.assertMayRun(call, handlerTarget(said.errorHandlerPath));
}

/** The columns behind workspace and path, in the order of the statements. */
async function valuesOf(
  deps: HttpTriggersDeps,
  call: Call,
  said: Omit<NewHttpTrigger, 'path'>,
): Promise<unknown[]> {
  const workspace = workspaceOf(call);
  await checkTarget(deps, call, said);
  await checkHandling(deps, call, said);
  await checkAuthentication(deps, call, {
    ...said,
    authenticationResourcePath: said.authenticationResourcePath ?? null,
  });
  const as = await runsAs(deps, call, said);
  return [
    said.routePath,
    keyIn(workspace, said),
    said.workspacedRoute,
    said.httpMethod,
    said.scriptPath,
    said.isFlow,
    said.requestType,
    said.authenticationMethod,
    said.authenticationResourcePath ?? null,
    said.wrapBody,
    said.rawString,
    said.enabled,
    said.summary,
    said.description,
    said.labels,
    JSON.stringify(said.extraPerms),
    as.permissionedAs,
    as.email,
    as.scopes,
    displayNameOf(call.caller),
    deps.clock.now(),
    said.retry ? JSON.stringify(said.retry) : null,
    said.errorHandlerPath ?? null,
    said.errorHandlerArgs ? JSON.stringify(said.errorHandlerArgs) : null,
    said.staticKey ?? null,
    said.isWebsite,
  ];
}

function clash(error: unknown, said: Address & { path: string }): unknown {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code !== '23505') return error;
  if (constraint !== 'engine_http_trigger_route') return taken('HTTP route', said.path);
  const what = `Another route answers ${said.httpMethod.toUpperCase()} ${said.routePath} already.`;
  return new AppError('conflict', what, {
    hint: 'Names of parameters do not tell two routes apart. Choose another address.',
  });
}

async function update(deps: HttpTriggersDeps, call: Call, change: HttpTriggerChange) {
  const { path, ...rest } = change;
  const at = [workspaceOf(call), path];
  const old = await deps.db.row<HttpTriggerRow>(sql.selectHttpTrigger, at);
  if (!old) throw notFound('http_trigger', path);
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const row: HttpTriggerRow = { ...old, ...Object.fromEntries(given) };
  const moves =
    row.routePath !== old.routePath ||
    row.httpMethod !== old.httpMethod ||
    row.isWebsite !== old.isWebsite ||
    row.workspacedRoute !== old.workspacedRoute;
  if (moves) assertMayPublish(call, old);
  if (moves) assertMayPublish(call, row);
  const { permissionedAs, preservePermissionedAs } = change;
  const said = { ...row, permissionedAs, preservePermissionedAs };
  try {
    const changed = await deps.db.run(sql.updateHttpTrigger, [
      ...at,
      ...(await valuesOf(deps, call, said)),
    ]);
    if (changed === 0) throw notFound('http_trigger', path);
  } catch (error) {
    throw clash(error, row);
  }
  await deps.routes.changed();
  return { path };
}

export function createHttpTriggers(deps: HttpTriggersDeps) {
  const { db, routes } = deps;

  return {
    async get(call: Call, path: string): Promise<HttpTrigger> {
      const found = await db.row<HttpTrigger>(sql.selectHttpTrigger, [workspaceOf(call), path]);
      if (!found) throw notFound('http_trigger', path);
      return found;
    },

    async exists(call: Call, path: string): Promise<boolean> {
      const values = [workspaceOf(call), path];
      return (await db.row(sql.selectHttpTriggerPerms, values)) !== undefined;
    },

    list(call: Call, filters: HttpTriggerFilters): Promise<HttpTrigger[]> {
      const who = readableBy(call.caller);
      return db.rows<HttpTrigger>(sql.selectHttpTriggers, [
        workspaceOf(call),
        who.all,
        who.owners,
        who.principals,
        filters.scriptPath ?? null,
        filters.isFlow ?? null,
        filters.pathStart ?? null,
        filters.perPage,
        (filters.page - 1) * filters.perPage,
      ]);
    },

    /** Would these addresses be taken? `except` is the path of a trigger that may keep them. */
    async routeExists(call: Call, address: Address, except: string | undefined): Promise<boolean> {
      const workspace = workspaceOf(call);
      const values = [address.httpMethod, keyIn(workspace, address)];
      type Owner = { workspaceId: string; path: string };
      const owner = await db.row<Owner>(sql.selectRouteOwner, values);
      if (!owner) return false;
      return owner.workspaceId !== workspace || owner.path !== except;
    },

    /** What starts a script or flow by itself, whoever may read it. */
    async counts(call: Call, path: string, isFlow: boolean): Promise<TriggerCounts> {
      const values = [workspaceOf(call), path, isFlow];
      const row = await db.row<TriggerCounts>(sql.countTriggers, values);
      return row ?? { primarySchedule: null, schedules: 0, httpRoutes: 0 };
    },

    async extraPerms(workspace: string, path: string) {
      const values = [workspace, path];
      const row = await db.row<Pick<HttpTrigger, 'extraPerms'>>(sql.selectHttpTriggerPerms, values);
      return row?.extraPerms;
    },

    async create(call: Call, said: NewHttpTrigger): Promise<{ path: string }> {
      assertMayPublish(call, said);
      const values = await valuesOf(deps, call, said);
      try {
        await db.run(sql.insertHttpTrigger, [workspaceOf(call), said.path, ...values]);
      } catch (error) {
        throw clash(error, said);
      }
      await routes.changed();
      return { path: said.path };
    },

    update: (call: Call, change: HttpTriggerChange) => update(deps, call, change),

    async setEnabled(call: Call, path: string, enabled: boolean): Promise<{ path: string }> {
      const changed = await db.run(sql.enableHttpTrigger, [workspaceOf(call), path, enabled]);
      if (changed === 0) throw notFound('http_trigger', path);
      await routes.changed();
      return { path };
    },

    async delete(call: Call, path: string): Promise<{ path: string }> {
      const gone = await db.run(sql.deleteHttpTrigger, [workspaceOf(call), path]);
      if (gone === 0) throw notFound('http_trigger', path);
      await routes.changed();
      return { path };
    },
  };
}
