// Checks of the engine: does the sandbox work, and does each language really run a script in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type Log, newId, sha256, systemClock } from '../../../base/index.ts';
import { createRunners, openSandbox } from '../../../engine/index.ts';
import { type Check, problem, well } from './check.ts';

/** One script that answers 42, in each language's own form of code. */
const bundle = 'return { main: () => 42 };';
const samples = [
  { name: 'bun', language: 'bun', code: bundle, tool: 'bun' },
  { name: 'node', language: 'bun', code: `//nodejs\n${bundle}`, tool: 'node' },
  { name: 'deno', language: 'deno', code: bundle, tool: 'deno' },
  { name: 'nativets', language: 'nativets', code: bundle, tool: 'node' },
  { name: 'python3', language: 'python3', code: 'def main():\n    return 42\n', tool: 'python3' },
  { name: 'bash', language: 'bash', code: 'echo 42\n', tool: 'bash' },
] as const;

const fixes: Readonly<Record<string, string>> = {
  bun: 'Run npm install in the folder of millrace: it brings bun for this platform.',
  deno: 'Run npm install in the folder of millrace: it brings deno for this platform.',
  node: 'Run npm install in the folder of millrace: it brings Node 24.',
  python3: 'Install Python 3.10 or newer, such as: apt-get install python3',
  bash: 'Install bash, such as: apt-get install bash',
};

const limits = {
  timeoutMs: 20_000,
  memoryBytes: 512 * 1024 * 1024,
  maxResultBytes: 10_000,
  maxLogBytes: 10_000,
  maxProcesses: 100,
};

type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

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

interface Trial {
  dataFolder: string;
  sandbox: Sandbox;
  log: Log;
}

function checkLanguage(sample: (typeof samples)[number], open: () => Promise<Trial>): Check {
  const { name, language, code, tool } = sample;
  return {
    name,
    async run(signal) {
      const runners = createRunners({ ...(await open()), clock: systemClock });
      try {
        await runners.start();
        if (!runners.languages.includes(language)) {
          return problem(`${tool} is not there`, fixes[tool] ?? '');
        }
        const outcome = await runners.run({
          jobId: newId(),
          language,
          code,
          codeHash: sha256(code),
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
        const right = outcome.success && /^"?42"?$/.test(outcome.resultJson);
        if (right) return well(`ran a script in ${Math.round(outcome.durationMs)} ms`);
        return problem(`a script failed: ${outcome.resultJson.slice(0, 200)}`, fixes[tool] ?? '');
      } finally {
        await runners.stop();
      }
    },
  };
}

/** The engine's checks; `close` removes what they made. */
export function engineChecks(
  config: Config,
  log: Log,
): { checks: readonly Check[]; close(): Promise<void> } {
  let sandbox: Promise<Sandbox> | undefined;
  let folder: Promise<string> | undefined;
  const openOnce = (): Promise<Sandbox> => (sandbox ??= openSandbox({ mode: config.sandbox, log }));
  const openTrial = async (): Promise<Trial> => ({
    dataFolder: await (folder ??= mkdtemp(join(tmpdir(), 'millrace-doctor-'))),
    sandbox: await openOnce(),
    log,
  });
  return {
    checks: [
      checkSandbox(openOnce, config),
      ...samples.map((sample) => checkLanguage(sample, openTrial)),
    ],
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
      await (await sandbox?.catch(() => undefined))?.close();
    },
  };
}
