// The configuration, read once from the environment and the command line; nothing else reads
// `process.env`. Each setting: what it is, its default, what is accepted.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { AppError } from './errors.ts';
import type { LogLevel } from './log.ts';

export interface Config {
  host: string;
  /** 0 takes a free port (tests). */
  port: number;
  dataFolder: string;
  /** An own PostgreSQL; undefined means the embedded one in the data folder. */
  databaseUrl: string | undefined;
  /** Public origin without a trailing slash; undefined means `http://127.0.0.1:<port>` as bound. */
  baseUrl: string | undefined;
  owner: { email: string; password: string } | undefined;
  /** Id of the first workspace. */
  workspace: string;
  logLevel: LogLevel;
  /** Jobs that this process runs at a time; 0 means that it only serves. */
  workerSlots: number;
  /** The group that this process's worker belongs to; its settings may name the tags. */
  workerGroup: string;
  /** The only tags that it serves; undefined: those of its group, else every language here. */
  workerTags: readonly string[] | undefined;
  /** How long a stop waits for running jobs before it gives them back to the queue. */
  drainMs: number;
  /** `auto` uses bubblewrap where it works; `off` and `bwrap` are for tests and doctors. */
  sandbox: 'auto' | 'bwrap' | 'off';
  /** Without a sandbox only admins may deploy or preview, unless this is set. */
  allowUnsandboxed: boolean;
  /** Wraps the keys that secrets are stored under; undefined: `master.key` in the data folder. */
  masterKey: string | undefined;
  /** What the package managers of deploys may know: registry, proxy and CA settings. */
  packageEnvironment: Readonly<Record<string, string>>;
  /** Names, addresses and ranges of the own network that the server may connect to. */
  egressAllow: readonly string[];
  /** How long jobs that are over are kept; undefined: for ever. */
  retentionMs: number | undefined;
  /** Requests a minute of one address without a login, for each app or route; 0: no limit. */
  anonymousPerMinute: number;
  /** Tool calls a minute of one person, and five times as many requests; 0: no limit. */
  mcpCallsPerMinute: number;
  /** Addresses and ranges of proxies, which say in X-Forwarded-For for whom they ask. */
  trustedProxies: readonly string[];
  /** How long a synchronous run or tool call waits before it hands out the job id. */
  waitMs: number;
  /** `/metrics` answers without a token; else it is for who looks after the instance. */
  metricsOpen: boolean;
  /** Serve the fixtures of the MCP conformance suite, open, at `/mcp/conformance`. */
  conformance: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

function whole(
  name: string,
  text: string | undefined,
  { fallback, max }: { fallback: number; max: number },
): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new AppError('invalid_input', `${name} is "${text}"`, {
      hint: `Give ${name} a whole number from 0 to ${max}.`,
    });
  }
  return value;
}

function oneOf<Value extends string>(
  name: string,
  text: string | undefined,
  accepted: readonly [Value, ...Value[]],
): Value {
  if (text === undefined || text === '') return accepted[0];
  const value = accepted.find((candidate) => candidate === text);
  if (value === undefined) {
    throw new AppError('invalid_input', `${name} is "${text}"`, {
      hint: `Give ${name} one of: ${accepted.join(', ')}.`,
    });
  }
  return value;
}

function origin(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new AppError('invalid_input', `MILLRACE_BASE_URL is "${text}"`, {
      hint: 'Give the address people use, such as https://millrace.example.com.',
    });
  }
  return new URL(text).origin;
}

const packageSetting =
  /^(npm_config_|pip_|https?_proxy$|no_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT_(FILE|DIR)$)/i;

function packageEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && packageSetting.test(entry[0]),
    ),
  );
}

const retentionDays = (text: string | undefined): number =>
  whole('MILLRACE_RETENTION_DAYS', text, { fallback: 30, max: 36_500 });

const loopback = /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/;

/** Fixtures need no token, so nobody but this machine may reach them. */
function conformanceOf(env: Environment, { host, baseUrl }: Pick<Config, 'host' | 'baseUrl'>) {
  if (env['MILLRACE_CONFORMANCE'] !== '1') return false;
  const reached = [host, ...(baseUrl === undefined ? [] : [new URL(baseUrl).hostname])];
  const foreign = reached.find((name) => !loopback.test(name));
  if (foreign === undefined) return true;
  throw new AppError('invalid_input', `MILLRACE_CONFORMANCE=1 together with ${foreign}`, {
    hint:
      'It serves test fixtures without a token: bind to 127.0.0.1 (MILLRACE_HOST) without a ' +
      'public MILLRACE_BASE_URL, or leave MILLRACE_CONFORMANCE out.',
  });
}

function groupOf(text: string | undefined): string {
  const name = text || 'default';
  if (/^[\w.-]{1,50}$/.test(name)) return name;
  throw new AppError('invalid_input', `MILLRACE_WORKER_GROUP is "${name}"`, {
    hint: 'Give up to 50 letters, digits, dots, hyphens and underscores, such as gpu.',
  });
}

function tagsOf(text: string | undefined): readonly string[] | undefined {
  const tags = (text ?? '').split(',').map((tag) => tag.trim());
  const named = [...new Set(tags.filter((tag) => tag !== ''))];
  if (named.length === 0) return undefined;
  const long = named.find((tag) => tag.length > 100);
  if (long === undefined && named.length <= 200) return named;
  throw new AppError(
    'invalid_input',
    'MILLRACE_WORKER_TAGS holds too many tags, or too long ones.',
    {
      hint: 'Give at most 200 tags of at most 100 characters, with commas between them.',
    },
  );
}

function proxiesOf(text: string | undefined): readonly string[] {
  const proxies = (text ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  for (const proxy of proxies) {
    const [address = '', bits, more] = proxy.split('/');
    const most = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    if (most > 0 && fits && more === undefined) continue;
    throw new AppError('invalid_input', `MILLRACE_TRUSTED_PROXIES holds "${proxy}".`, {
      hint: 'Give addresses and ranges, such as 127.0.0.1, 10.0.0.0/8.',
    });
  }
  return proxies;
}

/** Not repeated in the error, and without a flag: others can read command lines. */
function masterKeyOf(env: Environment): string | undefined {
  const text = env['MILLRACE_MASTER_KEY']?.trim();
  if (!text) return undefined;
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  throw new AppError('invalid_input', 'MILLRACE_MASTER_KEY is not 64 hexadecimal digits.', {
    hint: 'Make one with: openssl rand -hex 32',
  });
}

function ownerOf(env: Environment): Config['owner'] {
  const email = env['MILLRACE_OWNER_EMAIL'];
  const password = env['MILLRACE_OWNER_PASSWORD'];
  if (!email && !password) return undefined;
  if (!email || !password) {
    throw new AppError(
      'invalid_input',
      'MILLRACE_OWNER_EMAIL and MILLRACE_OWNER_PASSWORD go together',
      { hint: 'Set both, or neither and use the setup link that the server prints.' },
    );
  }
  return { email, password };
}

/** Reads the configuration; `flags` of the command line win over `env`. Throws `invalid_input`. */
export function readConfig(env: Environment = process.env, flags: Environment = {}): Config {
  const get = (flag: string): string | undefined =>
    flags[flag] ?? env[`MILLRACE_${flag.replaceAll('-', '_').toUpperCase()}`];
  const host = get('host') || '127.0.0.1';
  const baseUrl = origin(get('base-url'));
  return {
    host,
    port: whole('MILLRACE_PORT', get('port'), { fallback: 8000, max: 65_535 }),
    dataFolder: resolve(get('data') || './millrace-data'),
    databaseUrl: get('database-url') || undefined,
    baseUrl,
    owner: ownerOf(env),
    workspace: get('workspace') || 'main',
    logLevel: oneOf('MILLRACE_LOG_LEVEL', get('log-level'), ['info', 'debug', 'warn', 'error']),
    workerSlots: whole('MILLRACE_WORKER_SLOTS', get('worker-slots'), { fallback: 16, max: 256 }),
    workerGroup: groupOf(flags['group'] ?? env['MILLRACE_WORKER_GROUP']),
    workerTags: tagsOf(flags['tags'] ?? env['MILLRACE_WORKER_TAGS']),
    drainMs: 1000 * whole('MILLRACE_DRAIN_SECS', get('drain-secs'), { fallback: 10, max: 86_400 }),
    sandbox: oneOf('MILLRACE_SANDBOX', get('sandbox'), ['auto', 'bwrap', 'off']),
    allowUnsandboxed: get('allow-unsandboxed') === '1',
    masterKey: masterKeyOf(env),
    packageEnvironment: packageEnvironment(env),
    egressAllow: (get('egress-allow') ?? '').split(/[\s,]+/).filter((entry) => entry !== ''),
    retentionMs: 86_400_000 * retentionDays(get('retention-days')) || undefined,
    anonymousPerMinute: whole('MILLRACE_ANONYMOUS_RATE', get('anonymous-rate'), {
      fallback: 300,
      max: 1_000_000,
    }),
    mcpCallsPerMinute: whole('MILLRACE_MCP_RATE', get('mcp-rate'), {
      fallback: 600,
      max: 1_000_000,
    }),
    trustedProxies: proxiesOf(get('trusted-proxies')),
    metricsOpen: get('metrics') === '1',
    conformance: conformanceOf(env, { host, baseUrl }),
    waitMs: whole('MILLRACE_WAIT_MS', get('wait-ms'), { fallback: 45_000, max: 600_000 }),
  };
}

/** How the command line reaches a server; the server itself never reads this. */
export interface ClientConfig {
  /** Without a trailing slash; may hold a path. */
  url: string;
  /** Undefined while there is none: `token create` then logs in. */
  token: string | undefined;
  workspace: string;
  email: string | undefined;
  password: string | undefined;
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '';
  if (plain) return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  // The text is not repeated, because people put passwords into addresses.
  throw new AppError('invalid_input', 'MILLRACE_URL is not the address of a server.', {
    hint: 'Give it the address alone, such as https://millrace.example.com.',
  });
}

function clientToken(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (!token) return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new AppError('invalid_input', 'MILLRACE_TOKEN holds characters that no token has.', {
    hint: 'Copy the token again, in one piece and without quotes.',
  });
}

/** Reads what the client commands need; `flags` win over `env`. Throws `invalid_input`. */
export function readClientConfig(
  env: Environment = process.env,
  flags: Environment = {},
): ClientConfig {
  return {
    url: serverUrl(flags['url'] || env['MILLRACE_URL'] || 'http://127.0.0.1:8000'),
    token: clientToken(env['MILLRACE_TOKEN']),
    workspace: flags['workspace'] || env['MILLRACE_WORKSPACE'] || 'main',
    email: flags['email'] || env['MILLRACE_OWNER_EMAIL'] || undefined,
    password: env['MILLRACE_OWNER_PASSWORD'] || undefined,
  };
}
