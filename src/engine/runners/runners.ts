// The face of the runners: picks the kind of process for a request and reports what is there.
// Kinds: warm (reused), fresh and Bash (single use, pre-started), Python (forked from a zygote).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../base/index.ts';
import { type Cgroups, openCgroups } from './cgroups.ts';
import type { ChildContext } from './child.ts';
import { makeWorkParent } from './launch.ts';
import { killedJson } from './guard.ts';
import { memoryKb } from './proc.ts';
import type {
  LanguageStatus,
  RunLanguage,
  Runners,
  RunnersContext,
  RunOutcome,
  RunRequest,
  Runtime,
} from './runner.ts';
import {
  findRuntimes,
  type FoundRuntime,
  isFound,
  type RuntimeProbe,
  runtimeOfLanguage,
} from './runtimes.ts';
import { createSpares, type Spares } from './spares.ts';
import { createWarm, type Warm } from './warm.ts';
import { createWatcher } from './watcher.ts';

export interface RunnersOptions extends RunnersContext {
  /** Memory of idle and busy warm processes together; default a quarter of the machine's. */
  memoryCapBytes?: number;
}

const maxPerScript = 32;

interface Started {
  context: ChildContext;
  cgroups: Cgroups | undefined;
  probes: Map<Runtime, RuntimeProbe>;
  spares: Spares;
  warm: Warm;
}

const languageNames = Object.keys(runtimeOfLanguage) as RunLanguage[];

export function createRunners(options: RunnersOptions): Runners {
  const memoryCapBytes = options.memoryCapBytes ?? Math.round(totalmem() / 4);
  let started: Started | undefined;
  let stopped = false;

  function here(): Started {
    if (started === undefined || stopped) {
      throw new AppError('unavailable', 'the runners are not started');
    }
    return started;
  }

  function runtimeFor({ language, runtime }: RunRequest): FoundRuntime {
    const wanted = runtime ?? runtimeOfLanguage[language];
    const probe = here().probes.get(wanted);
    if (probe !== undefined && isFound(probe)) return probe;
    throw new AppError('unavailable', `${language} cannot run here: ${probe?.reason ?? wanted}`, {
      hint: 'Run `millrace doctor` on this machine, or start a worker that has it.',
    });
  }

  async function single(runtime: FoundRuntime, request: RunRequest): Promise<RunOutcome> {
    const { memoryBytes, maxProcesses } = request.limits;
    const network = request.network !== false;
    const child = await here().spares.take(runtime, { memoryBytes, maxProcesses, network });
    try {
      return await child.run(request);
    } finally {
      void child.kill();
    }
  }

  function languageStatus(language: RunLanguage): LanguageStatus {
    const probe = started?.probes.get(runtimeOfLanguage[language]);
    const available = probe !== undefined && isFound(probe);
    return {
      language,
      available,
      version: available ? probe.version : null,
      reason: available ? null : (probe?.reason ?? 'the runners are not started'),
    };
  }

  return {
    get languages() {
      return languageNames.filter((language) => languageStatus(language).available);
    },
    async run(request) {
      const runtime = runtimeFor(request);
      if (request.signal.aborted) {
        const resultJson = killedJson('canceled', request);
        return { success: false, resultJson, memPeakKb: null, durationMs: 0, killed: 'canceled' };
      }
      const single_ = request.isolation === 'fresh' || runtime.runtime === 'bash';
      return single_ ? single(runtime, request) : here().warm.run(runtime, request);
    },
    status() {
      const spare = started?.spares.children() ?? [];
      const counts = started?.warm.counts() ?? { warm: 0, busy: 0, memoryBytes: 0 };
      let spareKb = 0;
      for (const child of spare) for (const pid of child.memoryPids()) spareKb += memoryKb(pid);
      const controllers = started?.cgroups?.controllers ?? [];
      const by = (controller: 'pids' | 'memory'): string =>
        controllers.includes(controller)
          ? `cgroup v${started?.cgroups?.version} and watcher`
          : 'watcher';
      return {
        sandbox: { kind: options.sandbox.kind, reason: options.sandbox.reason },
        limits: { memory: by('memory'), processes: by('pids') },
        languages: languageNames.map(languageStatus),
        processes: { spare: spare.length, warm: counts.warm, busy: counts.busy, zygotes: 0 },
        memoryBytes: counts.memoryBytes + spareKb * 1024,
        memoryCapBytes,
      };
    },
    async start() {
      if (started !== undefined) return;
      const workParent = await mkdtemp(join(tmpdir(), 'millrace-jobs-'));
      await makeWorkParent(workParent);
      const cgroups = process.platform === 'linux' ? openCgroups() : undefined;
      const watcher = createWatcher(options.clock);
      const context: ChildContext = { ...options, cgroups, workParent, watcher };
      const found = await findRuntimes(options.sandbox);
      const probes = new Map(found.map((probe) => [probe.runtime, probe]));
      const spares = createSpares(context);
      const warm = createWarm(context, spares, { memoryCapBytes, maxPerScript });
      started = { context, cgroups, probes, spares, warm };
      warm.start();
      for (const probe of found) {
        if (isFound(probe) && (probe.runtime === 'bun' || probe.runtime === 'bash')) {
          spares.keep(probe, 1);
        }
      }
    },
    async stop() {
      if (started === undefined || stopped) return;
      stopped = true;
      const { spares, warm, cgroups, context } = started;
      await Promise.all([warm.stop(), spares.stop()]);
      cgroups?.close();
      await rm(context.workParent, { recursive: true, force: true });
    },
  };
}
