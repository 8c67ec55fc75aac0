// The client of the gateway for TypeScript: services as the owner of the flow. A call such as
// `millrace.jira.read({ action: 'get_issue', issue_key: 'PAY-1' })` exchanges the token of the job
// for a delegated one, which reaches what the flow declares and nothing else. One file without
// imports: bundled into scripts that import 'millrace', and copied for jobs of other servers.

/* oxlint-disable typescript/no-explicit-any -- answers of services have every shape */

/** The action, its parameters, `confirmed: true` for what an admin lets the flow destroy. */
export interface Params {
  action: string;
  confirmed?: boolean;
  /** Says what would be sent, and sends nothing. */
  dry_run?: boolean;
  [name: string]: unknown;
}

export interface Service {
  /** An action that changes nothing. Throws `Refused`. */
  read<Result = any>(params: Params): Promise<Result>;
  /** An action that changes something. Throws `Refused`. */
  write<Result = any>(params: Params): Promise<Result>;
}

type Known =
  | 'bigquery'
  | 'github'
  | 'gitlab'
  | 'google_workspace'
  | 'jira'
  | 'metabase'
  | 'notion'
  | 'postgres'
  | 'slack'
  | 'windmill';

/** The services of the workspace, by name. */
export type Millrace = Readonly<Record<Known, Service> & Record<string, Service>>;

/** Where the gateway is, and who asks; nothing of it is needed in a job of the gateway's server. */
export interface Connection {
  /** Such as `https://millrace.example.com`. */
  url?: string;
  /** Of a client of the gateway, for jobs of other servers. */
  clientId?: string;
  clientSecret?: string;
}

/** The gateway did not do it: why (`message`, `reason_code`), and where it is noted. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason_code: string | undefined;
  readonly audit_id: string | undefined;

  constructor(message: string, reasonCode?: string, auditId?: string) {
    super(reasonCode === undefined ? message : `${reasonCode}: ${message}`);
    this.reason_code = reasonCode;
    this.audit_id = auditId;
  }
}

const callMs = 120_000;
/** A token that ends within this is exchanged anew. */
const marginMs = 30_000;

async function send(url: string, init: RequestInit): Promise<any> {
  const signal = AbortSignal.timeout(callMs);
  const answer = await fetch(url, { ...init, method: 'POST', redirect: 'error', signal });
  const text = await answer.text();
  let said: any;
  try {
    said = JSON.parse(text) ?? {};
  } catch {
    said = {};
  }
  if (answer.ok) return said;
  const message = said.error_description ?? said.error?.message ?? `HTTP ${answer.status}`;
  throw new Refused(message, said.reason_code, said.audit_id);
}

/** What a tool answered; throws its refusal. */
function valueIn({ result, error }: any): any {
  if (error) throw new Refused(error.message);
  const { structuredContent: value, content = [], isError } = result;
  if (isError) {
    const { message = 'The gateway refused the call.', code, details } = value?.error ?? {};
    throw new Refused(message, details?.reason_code ?? code, details?.audit_id);
  }
  if (value === undefined) return content.map((part: any) => part.text ?? '').join('\n');
  const isWrapped = value !== null && Object.keys(value).join() === 'result';
  return isWrapped ? value.result : value;
}

/** Calls services at `url`; without it, at the server that runs the job. */
export function connect({ url, clientId, clientSecret }: Connection = {}): Millrace {
  let held: { token: Promise<string>; until: number } | undefined;
  const place = (path: string): string => {
    const { MILLRACE_GATEWAY_URL, BASE_INTERNAL_URL } = process.env;
    const origin = url ?? MILLRACE_GATEWAY_URL ?? BASE_INTERNAL_URL ?? '';
    return origin.replace(/\/$/, '') + path;
  };

  async function exchange(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: process.env['WM_TOKEN'] ?? '',
      subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
      nonce: crypto.randomUUID(),
    });
    const pair = [clientId, clientSecret].map((part) => encodeURIComponent(part ?? '')).join(':');
    const headers = clientId === undefined ? {} : { authorization: `Basic ${btoa(pair)}` };
    const given = await send(place('/auth/token'), { body, headers });
    if (held) held.until = performance.now() + given.expires_in * 1000 - marginMs;
    return given.access_token;
  }

  /** One exchange for all that wait; one that fails is not kept. */
  function bearer(): Promise<string> {
    const { MILLRACE_GATEWAY_TOKEN: own } = process.env;
    if (own !== undefined) return Promise.resolve(own);
    if (held && performance.now() < held.until) return held.token;
    held = { token: Promise.resolve(''), until: Number.POSITIVE_INFINITY };
    held.token = exchange().catch((error: unknown) => {
      held = undefined;
      throw error;
    });
    return held.token;
  }

  async function call(name: string, params: Params): Promise<any> {
    const asked = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: params },
    };
    const headers = {
      authorization: `Bearer ${await bearer()}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    return valueIn(await send(place('/mcp'), { body: JSON.stringify(asked), headers }));
  }

  return new Proxy({} as Millrace, {
    get(_, name) {
      // `then`: what is awaited or exported must not look like a promise.
      if (typeof name !== 'string' || !/^[a-z][a-z0-9_]*$/.test(name) || name === 'then') return;
      return {
        read: (params: Params) => call(`${name}_read_actions`, params),
        write: (params: Params) => call(`${name}_write_actions`, params),
      };
    },
  });
}

/** The services of the workspace, in a job of this server. */
export const millrace: Millrace = connect();
