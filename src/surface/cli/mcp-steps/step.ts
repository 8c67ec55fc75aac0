// What a step of `doctor --mcp` is, and what the steps pass on to each other. The names of the
// steps are the headings of the page that explains them.
import type { Clock } from '../../../base/index.ts';
import type { Ask, Reply } from './ask.ts';
import type { Loopback } from './loopback.ts';

export const stepNames = [
  'address',
  'clock',
  'challenge',
  'resource document',
  'authorization server',
  'registration',
  'login',
  'token',
  'handshake',
  'tools',
  'call',
  'streams',
] as const;
export type StepName = (typeof stepNames)[number];

/** `notice`: works, but not with every client. `skipped`: was not tried, and why. */
export type State = 'well' | 'notice' | 'problem' | 'skipped';

export interface Said {
  state: State;
  /** One sentence; may hold text of the server. */
  detail: string;
  /** What to do about it; only for a notice or a problem. */
  fix?: string;
}

export interface StepFinding extends Said {
  step: StepName;
  /** Where the page explains it. */
  see: string;
}

export const well = (detail: string): Said => ({ state: 'well', detail });
export const skipped = (detail: string): Said => ({ state: 'skipped', detail });
export const notice = (detail: string, fix: string): Said => ({ state: 'notice', detail, fix });
export const problem = (detail: string, fix: string): Said => ({ state: 'problem', detail, fix });

export const anchorOf = (step: StepName): string =>
  `docs/how-to/troubleshoot-mcp.md#${step.replaceAll(' ', '-')}`;

export type Loose = Readonly<Record<string, unknown>>;

export interface Tool {
  name: string;
  definition: Loose;
}

/** What is known so far. Each step fills in what the later ones need. */
export interface Trial {
  readonly url: string;
  readonly ask: Ask;
  readonly clock: Clock;
  /** Shows a person the address of the login page; absent when there is nobody to log in. */
  readonly showLogin: ((url: string) => void) | undefined;
  readonly signal: AbortSignal;
  token: string | undefined;
  /** Does the server want no token at all? */
  open: boolean;
  /** The answer to a request without a token. */
  first: Reply | undefined;
  resource: Loose;
  server: Loose;
  loopback: Loopback | undefined;
  client: { id: string; secret: string | undefined } | undefined;
  /** The code of the login, and what proves that it is ours. */
  grant: { code: string; verifier: string } | undefined;
  /** Was the token made by this trial, so that it ends with it? */
  ownToken: boolean;
  session: string | undefined;
  version: { legacy: string | undefined; modern: boolean };
  tools: readonly Tool[];
}

export interface Step {
  name: StepName;
  /** Belongs to OAuth: left out when a token is there already, or none is wanted. */
  oauth?: boolean;
  /** Nothing after it can work when it fails. */
  needed?: boolean;
  run(trial: Trial): Promise<readonly Said[]>;
}

export function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const textIn = (from: Loose, key: string): string | undefined => {
  const value = from[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const listIn = (from: Loose, key: string): readonly string[] => {
  const value = from[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};
