// Checks of the engine: does the sandbox work, and does each language really run a script in it.
import { type Config, type Log, newId, sha256, systemClock } from '../../../base/index.ts';
import { createRunners, openSandbox, type Runners, type Sandbox } from '../../../engine/index.ts';
import { type Check, type Finding, problem, well } from './check.ts';

/** One script that answers 42, in each language's own form of code. */
const bundle = 'return { main: () => 42 };';
const samples = [
  { name: 'bun', language: 'bun', code: bundle },
  { name: 'node', language: 'bun', runtime: 'node', code: bundle },
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

function checkSandbox(open: () => Promise<Sandbox>, { allowUnsandboxed }: Config): Check {
  return {
    name: 'sandbox',
    async run() {
      const { kind, reason } = await open();
      if (kind === 'bwrap') return well('bubblewrap');
      const [why = kind, ...fix] = (reason ?? kind).split('; ');
      if (allowUnsandboxed) return well(`none, as MILLRACE_ALLOW_UNSANDBOXED says: ${why}`);
      const confined = kind === 'uid' ? 'runs have their own account, but no sandbox' : 'none';
      return problem(
        `${confined}: ${why}`,
        fix.length > 0 ? `${fix.join('; ')}.` : 'See SECURITY.md.',
      );
    },
  };
}

/** `the deno program is not installed; run: npm install x` as detail and fix. */
function missing(reason: string): Finding {
  const [detail = reason, ...fix] = reason.split('; ');
  const way = fix.join('; ') || 'Run npm ci in the folder of millrace';
  return problem(detail, `${way[0]?.toUpperCase()}${way.slice(1)}.`);
}

function checkLanguage(sample: (typeof samples)[number], open: () => Promise<Runners>): Check {
  const { name, ...script } = sample;
  return {
    name,
    async run(signal) {
      const runners = await open();
      const status = runners.status().languages.find((one) => one.language === script.language);
      if (status?.reason) return missing(status.reason);
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
