// Checks of the engine: does the sandbox work, and does each language really run a script in it.
import { type Config, type Log, newId, sha256, systemClock } from '../../../base/index.ts';
import { createRunners, openSandbox, type Runners, type Sandbox } from '../../../engine/index.ts';
import { type Check, problem, well } from './check.ts';

/** One script that answers 42, in each language's own form of code. */
const bundle = 'return { main: () => 42 };';
const samples = [
  { name: 'bun', language: 'bun', code: bundle },
  { name: 'nodejs', language: 'bun', runtime: 'node', code: bundle },
  { name: 'deno', language: 'deno', code: bundle },
  { name: 'nativets', language: 'nativets', code: bundle },
  { name: 'python3', language: 'python3', code: 'def main():\n    return 42\n' },
  { name: 'bash', language: 'bash', code: 'echo 42\n' },
] as const;

const limits = {
  timeoutMs: 20_000,
  memoryBytes: 512 * 1024 * 1024,
  maxResultBytes: 10_000,
  maxLogBytes: 10_000,
  maxProcesses: 100,
};

/** The engine says `what is missing; what to do`: detail and fix. */
function split(reason: string, otherwise: string): [detail: string, fix: string] {
  const [detail = reason, ...rest] = reason.split('; ');
  const fix = rest.join('; ') || otherwise;
  return [detail, `${fix.slice(0, 1).toUpperCase()}${fix.slice(1)}`];
}

function checkSandbox(open: () => Promise<Sandbox>, { allowUnsandboxed }: Config): Check {
  return {
    name: 'sandbox',
    async run() {
      const { kind, reason } = await open();
      if (kind === 'bwrap') return well('bubblewrap');
      const [why, fix] = split(reason ?? kind, 'See docs/how-to/sandbox.md');
      if (allowUnsandboxed) return well(`none, as MILLRACE_ALLOW_UNSANDBOXED says: ${why}`);
      const confined = kind === 'uid' ? 'runs have only an account of their own' : 'none';
      return problem(`${confined}: ${why}`, fix);
    },
  };
}

function checkLanguage(sample: (typeof samples)[number], open: () => Promise<Runners>): Check {
  const { name, ...script } = sample;
  return {
    name,
    async run(signal) {
      const runners = await open();
      const status = runners.status().languages.find((one) => one.language === script.language);
      if (status?.reason) return problem(...split(status.reason, 'Run: npm ci'));
      const outcome = await runners.run({
        ...script,
        jobId: newId(),
        codeHash: sha256(script.code),
        parameters: [],
        entrypoint: 'main',
        args: {},
        env: {},
        identity: 'doctor',
        isolation: 'fresh',
        limits,
        signal,
        onLog: () => {},
      });
      if (outcome.success && /^"?42"?$/.test(outcome.resultJson)) {
        return well(`ran a script in ${Math.round(outcome.durationMs)} ms`);
      }
      const said = outcome.resultJson.slice(0, 200);
      return problem(`a script that answers 42 answered ${said}`, 'Please report it.');
    },
  };
}

/** The engine's checks; `close` removes what they made. */
export function engineChecks(
  config: Config,
  log: Log,
): { checks: readonly Check[]; close(): Promise<void> } {
  let sandbox: Promise<Sandbox> | undefined;
  let runners: Promise<Runners> | undefined;
  const openOnce = (): Promise<Sandbox> => (sandbox ??= openSandbox({ mode: config.sandbox, log }));
  const startRunners = async (): Promise<Runners> => {
    // They keep nothing in the data folder that a trial needs, and it may not be there yet.
    const { dataFolder } = config;
    const made = createRunners({ dataFolder, sandbox: await openOnce(), log, clock: systemClock });
    await made.start();
    return made;
  };
  const startOnce = (): Promise<Runners> => (runners ??= startRunners());
  return {
    checks: [
      checkSandbox(openOnce, config),
      ...samples.map((sample) => checkLanguage(sample, startOnce)),
    ],
    async close() {
      await (await runners?.catch(() => undefined))?.stop();
      await (await sandbox?.catch(() => undefined))?.close();
    },
  };
}
