// The words of the runners: what a run is asked with, what comes back, what a process is.
// Types and constants only.
import type { Clock, Log } from '../../base/index.ts';
import type { QueryLanguage } from '../queries/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

export type RunLanguage =
  | 'bun'
  | 'deno'
  | 'nativets'
  | 'bunnative'
  | 'python3'
  | 'bash'
  | 'php'
  | 'ruby'
  | 'go'
  | 'powershell'
  | QueryLanguage;

/** A program that runs scripts. `node` serves TypeScript whose first line says `//nodejs`. */
export type Runtime = 'bun' | 'node' | 'deno' | 'python' | 'bash';

/** Runs that one Python zygote carries at a time. */
export const lanesPerZygote = 4;

export interface RunLimits {
  /** Wall time of the run. */
  timeoutMs: number;
  /** Memory of the whole process tree, without shared program files. */
  memoryBytes: number;
  /** JSON text of the result. */
  maxResultBytes: number;
  /** Standard output and error together. */
  maxLogBytes: number;
  /** Processes at a time, the runner's own included. */
  maxProcesses: number;
}

export interface RunRequest {
  jobId: string;
  language: RunLanguage;
  /** For TypeScript the runtime to use instead of the language's own. */
  runtime?: 'bun' | 'node' | 'deno';
  /**
   * TypeScript: the body of an async function of one parameter `__host` that returns the exports.
   * Other languages: the source.
   */
  code: string;
  /** Same hash, same code: the key under which a warm process is found. */
  codeHash: string;
  /** Names of main's parameters, in order. Other arguments are ignored. */
  parameters: readonly string[];
  entrypoint: string;
  args: Record<string, unknown>;
  /** What a workflow has done already, in the form of the published clients. */
  checkpoint?: object;
  /** Variables of this run alone (`WM_*`, the job token): taken back when it ends. */
  env: Record<string, string>;
  /** Opaque: runs with different identities never share a process. */
  identity: string;
  isolation: 'warm' | 'fresh';
  /** A folder that the run reads, as the builder made it: Python's packages, Go's program. */
  packages?: string;
  /** Runs with the same text share a folder, `./shared`, until `dropShared`. */
  shared?: string;
  /** false: no network inside (bubblewrap only). Default true. */
  network?: boolean;
  limits: RunLimits;
  signal: AbortSignal;
  /** Text of both outputs in order, in pieces of any size. */
  onLog(text: string): void;
}

/** A folder of several processes, which each sees as `shared` in its work folder. */
export interface SharedFolder {
  path: string;
  /** Whose it is, and whom its processes run as; null: each as it would without it. */
  account: number | null;
}

/** A request whose shared folder has a place on this machine. */
export interface PlacedRequest extends RunRequest {
  sharedFolder?: SharedFolder;
}

export type Killed = 'timeout' | 'memory' | 'canceled' | 'processes' | 'crash';

export interface RunOutcome {
  success: boolean;
  /** JSON of main's value, or of `{ error: { name, message, stack? } }`. */
  resultJson: string;
  /** A workflow stopped to wait: what for, as its client says it. There is no result then. */
  suspendJson?: string;
  /**
   * Highest memory in KiB. Python: of the run's own process. TypeScript: of its process since that
   * started (a warm one may have served others). Bash: the largest sample of the tree.
   */
  memPeakKb: number | null;
  durationMs: number;
  /** Why the run did not end by itself; null when it did, with success or an error. */
  killed: Killed | null;
}

export interface LanguageStatus {
  language: RunLanguage;
  available: boolean;
  /** Version of the program, such as `bun 1.4.5`; null when unavailable. */
  version: string | null;
  /** Why it is unavailable, with the way out; null when available. */
  reason: string | null;
}

export interface RunnersStatus {
  sandbox: { kind: Sandbox['kind']; reason: string | null };
  /** How memory and process limits are enforced. */
  limits: { memory: string; processes: string };
  languages: LanguageStatus[];
  processes: { spare: number; warm: number; busy: number; zygotes: number };
  memoryBytes: number;
  memoryCapBytes: number;
}

export interface Runners {
  /** Languages that can run here; filled by `start`. */
  readonly languages: readonly RunLanguage[];
  /** Never rejects for what a script does; rejects with `unavailable` for an absent language. */
  run(request: RunRequest): Promise<RunOutcome>;
  /** Ends the processes that have the shared folder, and removes it. */
  dropShared(shared: string): Promise<void>;
  status(): RunnersStatus;
  start(): Promise<void>;
  /** Ends every child; a run that is still under way ends as `crash`, so drain first. */
  stop(): Promise<void>;
}

/** What every part of the runners is given. */
export interface RunnersContext {
  dataFolder: string;
  sandbox: Sandbox;
  log: Log;
  clock: Clock;
}

/** Result text of a run that failed without a word from the script. */
export function errorJson(name: string, message: string): string {
  return JSON.stringify({ error: { name, message } });
}
