// What the web server is given, and what its parts share while it runs.
import type { Clock, Config, Log, Metrics } from '../../base/index.ts';
import type { FileBytes, Routes } from '../../engine/index.ts';
import type { Gateway } from '../../gateway/index.ts';
import type { Identity } from '../../identity/index.ts';
import type { Door } from '../../operation/index.ts';
import type { Mcp } from '../mcp/index.ts';
import type { OAuthParts } from '../oauth/index.ts';
import type { Gate } from './gate.ts';

export interface HttpDeps {
  door: Door;
  identity: Pick<Identity, 'callerOfToken' | 'urlTokensAllowed' | 'setup'>;
  /** What the authorization server stands on. */
  oauth: OAuthParts;
  config: Pick<
    Config,
    | 'host'
    | 'port'
    | 'baseUrl'
    | 'workspace'
    | 'anonymousPerMinute'
    | 'mcpCallsPerMinute'
    | 'trustedProxies'
    | 'metricsOpen'
  >;
  version: string;
  log: Log;
  clock: Clock;
  metrics: Metrics;
  /** Does the database answer? */
  isWell: () => Promise<boolean>;
  mcp: Mcp;
  /** The same engine with fixtures of its test suite, open; undefined: not served. */
  conformance?: Mcp | undefined;
  /** What answers below `/api/r/`. */
  routes: Pick<Routes, 'find' | 'admit' | 'assertPlain'>;
  /** The bytes of stored files. */
  files: FileBytes;
  /** The rows of service calls, for the surface that streams them. */
  gateway: Pick<Gateway, 'exported'>;
}

export interface Running {
  deps: HttpDeps;
  gate: Gate;
  /** Where people and programs reach this server, without a trailing slash. */
  origin: () => string;
  /** True from the moment the server is asked to stop. */
  draining: () => boolean;
}
