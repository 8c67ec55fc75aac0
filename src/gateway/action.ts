// What a service can do, declared once: the schema that is checked, the class that policy acts on,
// and the request that goes out. Curated services, OpenAPI documents and MCP servers all become
// this shape.
import { z } from 'zod';
import type { Progress } from '../operation/index.ts';

/** `write` does not imply `read`, and `high_risk` implies neither. */
export const actionClasses = ['read', 'write', 'high_risk'] as const;
export type ActionClass = (typeof actionClasses)[number];

/** What makes an action high risk; admins treat each kind by itself. */
export type RiskCategory =
  | 'delete'
  | 'purge'
  | 'bulk'
  | 'archive'
  | 'sharing'
  | 'overwrite'
  | 'raw_api'
  | 'publish';

export type JsonObject = Record<string, unknown>;

/** A JSON Schema, and the check that belongs to it. */
export interface InputSchema {
  readonly json: JsonObject;
  /** The parameters with defaults filled in, or what is wrong with them, one sentence each. */
  check(params: unknown): Promise<{ params: JsonObject } | { problems: string[] }>;
}

/** What goes out over HTTP; the path stands below the base address of the service. */
export interface UpstreamRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** One of the declaration's `bases`; absent: its `baseUrl`. */
  base?: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form, for services that take nothing else. */
  form?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** What a dry run shows instead of `json`, where that hides values in an encoding. */
  shown?: unknown;
}

/** An operation of this server that does what an action does elsewhere. */
export interface OwnRequest {
  operation: string;
  input: JsonObject;
}

/** What goes to a database of a person's own. */
export interface SqlRequest {
  /**
   * `query`: any text of theirs, of which one SELECT is taken; `explain`: its plan; `known`: a
   * statement of ours that reads; `change`: one statement that is committed.
   */
  kind: 'query' | 'explain' | 'known' | 'change';
  sql: string;
  values?: readonly unknown[];
  /** Rows to pass over, and how many to answer; of a `query`. */
  offset?: number;
  limit?: number;
  /** A `change` of more rows is taken back. */
  mostRows?: number;
}

export interface Precheck<Params = JsonObject> {
  request(params: Params): UpstreamRequest;
  judge(body: unknown): void;
}

/** What goes to a client as it is, beside the value: base64. */
export interface Media {
  type: 'image' | 'audio';
  data: string;
  mimeType: string;
}

/** What an action that is no single HTTP request is given. */
export interface RunContext {
  readonly params: JsonObject;
  /** What the person proves itself with. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts when the caller went away, and when the time is over. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Answer {
  readonly value: unknown;
  readonly media?: Media[];
  readonly notes?: readonly string[];
}

export interface Action {
  /** snake_case, unique in its service. */
  readonly name: string;
  /** One sentence for the model. */
  readonly description: string;
  readonly class: ActionClass;
  /** Of actions that are high risk; told by the name where it is absent. */
  readonly category?: RiskCategory;
  readonly input: InputSchema;
  /** Listed in the tool's `action`; the others are found by search. */
  readonly curated: boolean;
  /** Parameters in which pseudonyms become real values before they go out. */
  readonly restoreIn: readonly string[];
  /** Fields of results that hold names of people. */
  readonly nameFields: readonly string[];
  request(params: JsonObject): UpstreamRequest | SqlRequest;
  /** The same in the workspace of the call itself; of services that are `isOwn`. */
  own?(params: JsonObject): OwnRequest;
  /** Asked of the service first; `judge` throws when the request must not follow. */
  readonly precheck?: Precheck;
  /** Does it in the place of the request, which then only shows what would be sent. */
  run?(context: RunContext): Promise<Answer>;
  /** How long one call may take; absent: half a minute. */
  readonly limitMs?: number;
  /** Less than every answer may hold: rows, and bytes as JSON. */
  readonly most?: { readonly rows: number; readonly bytes: number };
  /** Keeps what a model needs of an answer; absent: the whole answer. */
  result?(body: unknown, params: JsonObject): unknown;
}

/** How people prove to a service who they are. */
export type ServiceAuth =
  | { readonly kind: 'none' }
  /** One secret in a header, after `prefix`. */
  | { readonly kind: 'key'; readonly header: string; readonly prefix: string }
  /** Account and secret, as HTTP Basic. */
  | { readonly kind: 'basic' }
  /** Where a database of theirs is, with everything that it takes to get in. */
  | { readonly kind: 'connection' }
  | OAuthAuth;

/** A person's consent at the service, with an OAuth app that the customer registered there. */
export interface OAuthAuth {
  readonly kind: 'oauth';
  /** Its endpoints are read from there (RFC 8414, OpenID Connect Discovery). */
  readonly issuer?: string;
  /** For services that do not describe themselves. What begins with / is below its address. */
  readonly endpoints?: OAuthEndpoints;
  /**
   * The origin of the service at which issuer and endpoints count; absent: that of the address
   * that the service declares; `anywhere`. Tokens of one server are no good at another.
   */
  readonly at?: string;
  readonly scopes: readonly string[];
  /** What the service wants besides in the address of the consent. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface OAuthEndpoints {
  readonly authorize: string;
  readonly token: string;
  readonly revoke?: string | undefined;
  /** How the app proves itself to `token`: in the form (the default), or as HTTP Basic. */
  readonly clientAuth?: 'post' | 'basic' | undefined;
  /** What `token` and `revoke` are sent; absent: a form. */
  readonly body?: 'form' | 'json' | undefined;
}

export interface ServiceDeclaration {
  /** snake_case; the tools are `<name>_read_actions` and `<name>_write_actions`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly auth: ServiceAuth;
  /** Further ways, where there are several. */
  readonly otherAuth?: readonly ServiceAuth[];
  /** Where people make their key: one sentence. */
  readonly keyHint: string;
  /** Undefined where every company has an address of its own. */
  readonly baseUrl: string | undefined;
  /** Sent with every request, such as the version of the interface; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where errors come with status 200: the status that the answer stands for. */
  readonly statusOf?: (body: unknown) => number;
  /** How the address of a company looks: one sentence. */
  readonly addressHint?: string;
  /** Without an address it is this workspace, by the operations of this server. */
  readonly isOwn?: boolean;
  /** Addresses of its parts that live elsewhere; an address that an admin set stands for them. */
  readonly bases?: Readonly<Record<string, string>>;
  readonly actions: readonly Action[];
  /** Names that are out of use until an admin approves what changed of them. */
  readonly quarantined?: ReadonlySet<string>;
}

/** The schema of an action out of zod; what it does not name is refused. */
function zodInput(shape: z.ZodRawShape): InputSchema {
  const schema = z.strictObject(shape);
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as JsonObject;
  return {
    json,
    async check(params) {
      const read = schema.safeParse(params);
      if (read.success) return { params: read.data };
      return {
        problems: read.error.issues.map(({ path, message }) =>
          path.length === 0 ? message : `${path.join('.')}: ${message}`,
        ),
      };
    },
  };
}

/** Declares an action with the defaults of most: curated, nothing restored but where it says. */
export function action<Shape extends z.ZodRawShape>(declared: {
  name: string;
  description: string;
  class: ActionClass;
  category?: RiskCategory;
  input: Shape;
  restoreIn?: readonly (keyof Shape & string)[];
  nameFields?: readonly string[];
  curated?: boolean;
  precheck?: Precheck<z.infer<z.ZodObject<Shape>>>;
  own?: (params: z.infer<z.ZodObject<Shape>>) => OwnRequest;
  request: (params: z.infer<z.ZodObject<Shape>>) => UpstreamRequest | SqlRequest;
  result?: (body: unknown, params: z.infer<z.ZodObject<Shape>>) => unknown;
}): Action {
  const { input, request, result, precheck, own } = declared;
  const { restoreIn = [], nameFields = [], curated = true } = declared;
  type Params = z.infer<z.ZodObject<Shape>>;
  return {
    name: declared.name,
    description: declared.description,
    class: declared.class,
    ...(declared.category && { category: declared.category }),
    input: zodInput(input),
    curated,
    restoreIn,
    nameFields,
    // The schema was checked before any of these is asked.
    ...(precheck && {
      precheck: {
        ...precheck,
        request: (params: JsonObject) => precheck.request(params as Params),
      },
    }),
    request: (params) => request(params as Params),
    ...(own && { own: (params: JsonObject) => own(params as Params) }),
    ...(result && {
      result: (body: unknown, params: JsonObject) => result(body, params as Params),
    }),
  };
}
