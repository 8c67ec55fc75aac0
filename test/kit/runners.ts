// Real runners for tests and benchmarks: opens a sandbox of the wanted kind, runs scripts in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, sha256, systemClock } from '../../src/base/index.ts';
import {
  createRunners,
  type RunOutcome,
  type RunRequest,
  type Runners,
} from '../../src/engine/runners/index.ts';
import { openSandbox, type Sandbox } from '../../src/engine/sandbox/index.ts';

export interface RunnersKit {
  runners: Runners;
  sandbox: Sandbox;
  /** Runs `code` with the defaults below; `logs` is what it printed. */
  run(code: string, more?: Partial<RunRequest>): Promise<KitOutcome>;
  /** Resolves when no process is busy any more, not even with putting its state back. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface KitOutcome extends RunOutcome {
  logs: string;
  /** The parsed result. */
  value: unknown;
  /** `name: message` of a failure, else an empty text. */
  failure: string;
}

export const kitLimits = {
  timeoutMs: 20_000,
  memoryBytes: 512 * 1_048_576,
  maxResultBytes: 2_000_000,
  maxLogBytes: 2_000_000,
  maxProcesses: 32,
};

function failureOf(value: unknown): string {
  const { error } = (value ?? {}) as { error?: { name?: string; message?: string } };
  return error === undefined ? '' : `${error.name}: ${error.message}`;
}

/** TypeScript in its bundle form: a body that returns the exports. */
export const bundle = (body: string): string => `${body}\nreturn { main };`;

/** `bare`: without a sandbox and without control groups. */
export async function openRunnersKit(
  mode: 'auto' | 'off' | 'bare',
  options: { memoryCapBytes?: number } = {},
): Promise<RunnersKit> {
  const log = createLog('error');
  const dataFolder = await mkdtemp(join(tmpdir(), 'millrace-kit-'));
  const sandbox = await openSandbox({ mode: mode === 'bare' ? 'off' : mode, log });
  const useCgroups = mode !== 'bare';
  const base = { dataFolder, sandbox, log, clock: systemClock };
  const runners = createRunners({ ...base, useCgroups, ...options });
  await runners.start();
  return {
    runners,
    sandbox,
    async run(code, more = {}) {
      let logs = '';
      const outcome = await runners.run({
        jobId: 'job',
        language: 'bun',
        code,
        codeHash: sha256(code),
        parameters: [],
        entrypoint: 'main',
        args: {},
        env: {},
        identity: 'somebody',
        isolation: 'warm',
        limits: kitLimits,
        signal: new AbortController().signal,
        onLog(text) {
          logs += text;
        },
        ...more,
      });
      const value: unknown = JSON.parse(outcome.resultJson);
      return { ...outcome, logs, value, failure: outcome.success ? '' : failureOf(value) };
    },
    async idle() {
      while (runners.status().processes.busy > 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async close() {
      await runners.stop();
      await sandbox.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
