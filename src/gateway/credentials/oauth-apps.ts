// The OAuth apps that a customer registered at services: client id, secret and scopes, given by an
// admin. A service with one can be connected by consent; the secret is sealed and never shown.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { OAuthAuth, OAuthEndpoints } from '../action.ts';
import type { Sealer } from '../sealer.ts';
import type { Service, Services } from '../services/index.ts';
import * as sql from './oauth.sql.ts';
import { originOf } from './origin.ts';
import { type ClientKeys, declaredEndpoints, secureAddress } from './oauth-wire.ts';
import { waysOf } from './ways.ts';

/** What an admin gives besides what the service declares. */
export interface AppSettings {
  issuer?: string | undefined;
  endpoints?: OAuthEndpoints | undefined;
  scopes?: string[] | undefined;
}

export interface OAuthApp {
  keys: ClientKeys;
  way: OAuthAuth;
  /** Tokens of another app, or from elsewhere, are no good to this one and never sent there. */
  identity: string;
}

export interface NewApp extends AppSettings {
  service: string;
  clientId: string;
  clientSecret: string;
}

interface Stored {
  clientId: string;
  sealed: string;
  settings: AppSettings;
  /** Whom the secret is for, as `asks` says it; null, of some old rows: nobody knows. */
  givenFor: string | null;
}

const useOfApp = (service: string): string => `gateway oauth app ${service}`;

/** Endpoints below the address of the service are written out. */
function placed(endpoints: OAuthEndpoints, { baseUrl }: Service): OAuthEndpoints {
  const at = (address: string): string => (address.startsWith('/') ? baseUrl + address : address);
  const { authorize, token, revoke } = endpoints;
  return {
    ...endpoints,
    authorize: at(authorize),
    token: at(token),
    ...(revoke !== undefined && { revoke: at(revoke) }),
  };
}

/** What the service declares, where that counts: a service that was moved has other tokens. */
function declaredAt(service: Service, declared: OAuthAuth | undefined): OAuthAuth | undefined {
  const { baseUrl = '' } = service.declaration;
  const origin = declared?.at ?? originOf({ baseUrl });
  if (!declared || (origin !== 'anywhere' && origin !== originOf(service))) return undefined;
  const { endpoints } = declared;
  return endpoints ? { ...declared, endpoints: placed(endpoints, service) } : declared;
}

/** The way of the service as the admin's settings change it; undefined: nobody says where. */
function wayOf(service: Service, settings: AppSettings): OAuthAuth | undefined {
  const declared = waysOf(service.declaration).find((one) => one.kind === 'oauth');
  const { issuer, endpoints } = settings;
  const isSaid = issuer !== undefined || endpoints !== undefined;
  const where = isSaid ? settings : declaredAt(service, declared);
  if (where?.issuer === undefined && where?.endpoints === undefined) return undefined;
  return {
    kind: 'oauth',
    ...(where.issuer !== undefined && { issuer: where.issuer }),
    ...(where.endpoints !== undefined && { endpoints: where.endpoints }),
    scopes: settings.scopes ?? declared?.scopes ?? [],
    ...(declared?.parameters && { parameters: declared.parameters }),
  };
}

/** Where the way has the secret sent: straight to the token endpoint, or where its issuer says. */
const asks = ({ issuer, endpoints }: OAuthAuth): string => endpoints?.token ?? issuer ?? '';

export type OAuthApps = ReturnType<typeof createOAuthApps>;

export function createOAuthApps(deps: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  services: Services;
  origin: () => string;
}) {
  const { db, clock, sealer, services, origin } = deps;
  const callbackOf = (service: string): string => `${origin()}/auth/services/${service}/callback`;

  async function found(workspace: string, service: Service) {
    const row = await db.row<Stored>(sql.selectApp, [workspace, service.declaration.name]);
    const way = row && wayOf(service, row.settings);
    return row && way && { row, way };
  }

  /** An admin who moves a service moves no secret that another admin stored. */
  async function opened(
    workspace: string,
    { declaration }: Service,
    { row, way }: { row: Stored; way: OAuthAuth },
  ): Promise<OAuthApp | undefined> {
    if (row.givenFor !== asks(way)) return undefined;
    const use = useOfApp(declaration.name);
    const clientSecret = await sealer.open(workspace, { use, value: row.sealed });
    if (clientSecret === undefined) return undefined;
    const { clientId } = row;
    const identity = JSON.stringify([clientId, way.issuer, way.endpoints]);
    return { keys: { clientId, clientSecret }, way, identity };
  }

  return {
    /** Where the service sends people back to; the admin registers it there. */
    callbackOf,

    /** Undefined where there is none, it was given for another, or it cannot be opened. */
    async of(workspace: string, service: Service): Promise<OAuthApp | undefined> {
      const app = await found(workspace, service);
      return app && opened(workspace, service, app);
    },

    /** Throws `invalid_input` where there is none, `conflict` where it was given for another. */
    async require(workspace: string, service: Service): Promise<OAuthApp> {
      const { title } = service.declaration;
      const app = await found(workspace, service);
      const open = app && (await opened(workspace, service, app));
      if (open) return open;
      if (app && app.row.givenFor !== asks(app.way)) {
        const before = app.row.givenFor ?? 'an address that is not known any more';
        const now = asks(app.way);
        throw new AppError('conflict', `The app of ${title} is for ${before}, not for ${now}.`, {
          hint: 'Its secret stays here. An admin stores the app again: credentials.setApp.',
        });
      }
      throw new AppError('invalid_input', `${title} has no OAuth app here.`, {
        hint: 'Connect it with a key; or an admin stores an app: credentials.setApp.',
      });
    },

    /** The services of the workspace that have one. */
    async names(workspace: string): Promise<ReadonlySet<string>> {
      const rows = await db.rows<{ service: string }>(sql.selectApps, [workspace]);
      return new Set(rows.map(({ service }) => service));
    },

    async set(call: Call, { service: name, clientId, clientSecret, ...settings }: NewApp) {
      const workspace = workspaceOf(call);
      const { service } = await services.require(workspace, name, call.caller);
      const { title } = service.declaration;
      const way = wayOf(service, settings);
      if (!way) {
        const at = waysOf(service.declaration).find((one) => one.kind === 'oauth')?.at;
        throw new AppError('invalid_input', `${title} does not say where its OAuth is.`, {
          hint:
            'Give issuer, or endpoints with authorize and token' +
            (at === undefined ? '.' : `; or set it up at ${at}, where they are known.`),
        });
      }
      if (way.issuer !== undefined) secureAddress(way.issuer, 'issuer');
      if (way.endpoints) declaredEndpoints(way.endpoints);
      const sealed = await sealer.seal(workspace, { use: useOfApp(name), value: clientSecret });
      await db.run(sql.upsertApp, [
        workspace,
        name,
        clientId,
        sealed,
        JSON.stringify(settings),
        displayNameOf(call.caller),
        clock.now(),
        asks(way),
      ]);
      return { service: name, clientId, callback: callbackOf(name) };
    },

    async list(call: Call) {
      interface Row {
        service: string;
        clientId: string;
        settings: AppSettings;
        updatedBy: string;
        updatedAt: number;
      }
      const rows = await db.rows<Row>(sql.selectApps, [workspaceOf(call)]);
      return rows.map(({ settings, ...row }) => ({
        ...row,
        issuer: settings.issuer ?? null,
        scopes: settings.scopes ?? null,
        callback: callbackOf(row.service),
      }));
    },

    /** Who is connected stays so until the token ends. */
    async remove(call: Call, { service }: { service: string }) {
      await db.run(sql.deleteApp, [workspaceOf(call), service]);
      return { service };
    },
  };
}
