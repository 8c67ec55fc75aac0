// The table that requests below `/api/r/` are matched with, and the proof that a request may come.
// The table is in memory and read again when anybody changes a route, here or elsewhere.
import { createHmac } from 'node:crypto';
import { AppError, type Log, sameSecret } from '../../base/index.ts';
import { authorise, type Call, type Caller, systemCall } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { entrypointArgument } from '../jobs/index.ts';
import { holdsReference } from '../resources/index.ts';
import type { SchedulePushes } from '../schedules/index.ts';
import type { HttpTriggerRow } from './http-trigger.ts';
import { selectHttpTriggerPerms, selectRoutes } from './http-triggers.sql.ts';
import { compareRoutes, matchRoute, readRoute, type Route } from './route.ts';

const channel = 'engine_http_triggers';

/** The value of a resource, with the caller's rights; throws `not_found`. */
export type ReadResource = (call: Call, path: string) => Promise<unknown>;

export interface RoutesDeps {
  db: Database;
  log: Log;
  pushes: Pick<SchedulePushes, 'assertMayRun' | 'callOf'>;
  readResource: ReadResource;
}

export interface FoundRoute {
  trigger: HttpTriggerRow;
  /** What the address says by name. */
  params: Record<string, string>;
}

/** What a request can prove itself with. */
export interface Proof {
  header(name: string): string | undefined;
  bodyText: string;
  /** Who sends it, by token or session; throws a refusal for nobody. */
  caller(): Promise<Caller>;
}

export interface Routes {
  find(method: string, address: readonly string[]): FoundRoute | undefined;
  /**
   * Whom the run acts for, once the request has proved that it may come, and the headers that
   * proved it, which no job should keep. Throws `unauthenticated` and the refusals of the door.
   */
  admit(trigger: HttpTriggerRow, proof: Proof): Promise<{ owner: Caller; secretHeaders: string[] }>;
  /**
   * Throws `invalid_input` for arguments that would do more than their sender may: a reference is
   * read, and a function chosen, with the rights of the route's owner.
   */
  assertPlain(args: Readonly<Record<string, unknown>>): void;
  /** Routes have changed: read them again, here and in other processes. */
  changed(): Promise<void>;
  start(): Promise<void>;
  stop(): void;
}

interface Entry {
  route: Route;
  trigger: HttpTriggerRow;
}

/** What a website's address says by this name is the key below its folder. */
const fileParam = 'websiteFile';

export const wholeRoute = (
  workspace: string,
  {
    routePath,
    workspacedRoute,
    isWebsite = false,
  }: Pick<HttpTriggerRow, 'routePath' | 'workspacedRoute'> & { isWebsite?: boolean | undefined },
): string => {
  const route = workspacedRoute ? `${workspace}/${routePath}` : routePath;
  return isWebsite ? `${route}/*${fileParam}` : route;
};

/** Every file of a website, and the address of the website itself, where nothing else answers. */
const websiteBase = (trigger: HttpTriggerRow): Route =>
  readRoute(wholeRoute(trigger.workspaceId, { ...trigger, isWebsite: false }));

const refused = (hint: string): AppError =>
  new AppError('unauthenticated', 'This route wants a proof that the request does not have.', {
    hint,
  });

/** Strangers learn that it is not their fault, and the log why. */
const notSetUp = (cause: unknown): AppError =>
  new AppError('unavailable', 'This route is not set up: its owner or its resource is gone.', {
    cause,
    hint: 'Somebody who may change it has to save it again.',
  });

type Fields = Readonly<Record<string, unknown>>;

/** A text of the resource; without it nobody comes in. */
function textOf(resource: Fields, field: string): string {
  const value = resource[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new AppError('unavailable', 'The authentication of this route is not set up.', {
    hint: `Its resource lacks the text ${field}.`,
  });
}

function checkApiKey(resource: Fields, { header }: Proof): string[] {
  const name = textOf(resource, 'api_key_header').toLowerCase();
  const given = header(name);
  if (given !== undefined && sameSecret(given, textOf(resource, 'api_key_secret'))) return [name];
  throw refused(`Send its key in the header ${name}.`);
}

function checkBasic(resource: Fields, { header }: Proof): string[] {
  const wanted = `${textOf(resource, 'username')}:${textOf(resource, 'password')}`;
  const [scheme = '', encoded = ''] = (header('authorization') ?? '').split(/ +/);
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  if (scheme.toLowerCase() === 'basic' && sameSecret(given, wanted)) return ['authorization'];
  throw refused('Send username and password with `Authorization: Basic …`.');
}

const algorithms = ['sha1', 'sha256', 'sha512'];

/** HMAC over the body's text; GitHub's header and form unless the resource says otherwise. */
function checkSignature(resource: Fields, { header, bodyText }: Proof): string[] {
  const github: Fields = { header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex' };
  const said = { ...github, ...resource };
  const name = textOf(said, 'header').toLowerCase();
  const algorithm = textOf(said, 'algorithm');
  const encoding = said['encoding'] === 'base64' ? 'base64' : 'hex';
  if (!algorithms.includes(algorithm)) {
    throw new AppError('unavailable', 'The authentication of this route is not set up.', {
      hint: `The algorithm of its resource is none of ${algorithms.join(', ')}.`,
    });
  }
  const prefix = typeof said['prefix'] === 'string' ? said['prefix'] : `${algorithm}=`;
  const signed = createHmac(algorithm, textOf(said, 'secret')).update(bodyText).digest(encoding);
  const given = header(name);
  if (given !== undefined && sameSecret(given, prefix + signed)) return [];
  throw refused(`Sign the body, and send the signature in the header ${name}.`);
}

const checks = {
  api_key: checkApiKey,
  basic_http: checkBasic,
  signature: checkSignature,
} as const;

export function createRoutes(deps: RoutesDeps): Routes {
  const { db, log, pushes } = deps;
  let byMethod = new Map<string, Entry[]>();
  let stopListening: (() => void) | undefined;

  async function load(): Promise<void> {
    const fresh = new Map<string, Entry[]>();
    for (const trigger of await db.rows<HttpTriggerRow>(selectRoutes)) {
      const route = readRoute(wholeRoute(trigger.workspaceId, trigger));
      const entries = fresh.get(trigger.httpMethod) ?? [];
      const base = trigger.isWebsite ? [{ route: websiteBase(trigger), trigger }] : [];
      fresh.set(trigger.httpMethod, [...entries, { route, trigger }, ...base]);
    }
    for (const entries of fresh.values()) {
      entries.sort((left, right) => compareRoutes(left.route, right.route));
    }
    byMethod = fresh;
  }

  const fail =
    ({ workspaceId: workspace, path }: HttpTriggerRow) =>
    (error: unknown): never => {
      if (!(error instanceof AppError)) throw error;
      log.warn('an HTTP route cannot answer', { workspace, path, message: error.message });
      throw notSetUp(error);
    };

  async function checkResource(
    call: Call,
    trigger: HttpTriggerRow,
    proof: Proof,
  ): Promise<string[]> {
    const { authenticationMethod: method, authenticationResourcePath: path } = trigger;
    if (method !== 'api_key' && method !== 'basic_http' && method !== 'signature') return [];
    const resource = await deps.readResource(call, path ?? '').catch(fail(trigger));
    const fields = typeof resource === 'object' && resource !== null ? resource : {};
    return checks[method](fields as Fields, proof);
  }

  return {
    find(method, address) {
      for (const { route, trigger } of byMethod.get(method.toLowerCase()) ?? []) {
        const params = matchRoute(route, address);
        if (params) return { trigger, params };
      }
      return undefined;
    },

    async admit(trigger, proof) {
      const call = await pushes.callOf(trigger).catch(fail(trigger));
      const secretHeaders = await checkResource(call, trigger, proof);
      if (trigger.authenticationMethod === 'windmill') {
        const caller = await proof.caller();
        const { path, scriptPath, isFlow, workspaceId } = trigger;
        // Sharing changes grants without a word to this table.
        const shared = await db.row<Pick<HttpTriggerRow, 'extraPerms'>>(selectHttpTriggerPerms, [
          workspaceId,
          path,
        ]);
        const extraPerms = shared?.extraPerms ?? {};
        const ask = { action: 'http_triggers:read', risk: 'read' } as const;
        const verdict = authorise(caller, ask, { kind: 'http_triggers', path, extraPerms });
        if (!verdict.allowed) throw verdict.error;
        if (trigger.staticKey !== null) return { owner: call.caller, secretHeaders };
        const target = { kind: isFlow ? 'flows' : 'scripts', path: scriptPath } as const;
        await pushes.assertMayRun({ ...systemCall(workspaceId), caller }, target);
      }
      return { owner: call.caller, secretHeaders };
    },

    assertPlain(args) {
      const name = Object.keys(args).find(
        (each) => each === entrypointArgument || holdsReference(args[each]),
      );
      if (name === undefined) return;
      throw new AppError('invalid_input', 'The request names a resource, variable or function.', {
        hint: `${name.slice(0, 100)} is reserved, or begins like a reference ($var:, $res:).`,
      });
    },

    async changed() {
      await load();
      db.notify(channel, '');
    },
    async start() {
      stopListening = await db.listen(channel, () => {
        load().catch((error: unknown) => log.error('routes could not be read', { error }));
      });
      await load();
    },
    stop: () => stopListening?.(),
  };
}
