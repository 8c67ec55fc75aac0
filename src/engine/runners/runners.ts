// The face of the runners: picks the kind of process for a request and reports what is there.
// Kinds: warm (reused), fresh and Bash (single use, pre-started), Python (forked from a zygote).
import { totalmem } from 'node:os';
import { AppError } from '../../base/index.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../sandbox/index.ts';
import { type Cgroups, openCgroups } from './cgroups.ts';
import type { ChildContext } from './child.ts';
import { createDrivers } from './drivers.ts';
import { killedJson } from './guard.ts';
import { type Guardian, startGuardian } from './guardian.ts';
import { memoryKb } from './proc.ts';
import type {
  LanguageStatus,
  RunLanguage,
  Runners,
  RunnersContext,
  RunOutcome,
  PlacedRequest,
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
import { createSharedPlaces, type SharedPlaces } from './shared.ts';
import { createSpares, type Spares } from './spares.ts';
import { asShellRun, findMissingTools } from './tools.ts';
import { createWarm, type Warm } from './warm.ts';
import { createWatcher } from './watcher.ts';
import { createZygotes, type Zygotes } from './zygotes.ts';

export interface RunnersOptions extends RunnersContext {
  /** Memory of idle and busy warm processes together; default a quarter of the machine's. */
  memoryCapBytes?: number;
  /** false: do without control groups even where there are some (tests). */
  useCgroups?: boolean;
}

const maxPerScript = 32;
const pythonAfterMs = 2000;

interface Started {
  context: ChildContext;
  workFolders: TemporaryFolder;
  places: SharedPlaces;
  cgroups: Cgroups | undefined;
  guardian: Guardian;
  probes: Map<Runtime, RuntimeProbe>;
  missingTools: ReadonlyMap<RunLanguage, string>;
  spares: Spares;
  warm: Warm;
  /** undefined where there is no Python. */
  zygotes: Zygotes | undefined;
}

const languageNames = Object.keys(runtimeOfLanguage) as RunLanguage[];

const reasonOf = (probe: RuntimeProbe | undefined): string =>
  probe === undefined || isFound(probe) ? 'the runners are not started' : probe.reason;

export function createRunners(options: RunnersOptions): Runners {
  const memoryCapBytes = options.memoryCapBytes ?? Math.round(totalmem() / 4);
  let started: Started | undefined;
  let stopped = false;
  const drivers = createDrivers();
  /** Single-use processes under way. */
  let singles = 0;

  function here(): Started {
    if (started === undefined || stopped) {
      throw new AppError('unavailable', 'the runners are not started');
    }
    return started;
  }

  function runtimeFor({ language, runtime }: RunRequest): FoundRuntime {
    const wanted = runtime ?? runtimeOfLanguage[language];
    const probe = here().probes.get(wanted);
    const lacks = here().missingTools.get(language);
    if (probe !== undefined && isFound(probe) && lacks === undefined) return probe;
    const reason = lacks ?? (probe === undefined || isFound(probe) ? wanted : probe.reason);
    throw new AppError('unavailable', `${language} cannot run here: ${reason}`, {
      hint: 'Run `millrace doctor` on this machine, or start a worker that has it.',
    });
  }

  async function single(runtime: FoundRuntime, request: PlacedRequest): Promise<RunOutcome> {
    const { packages: folder, limits, sharedFolder } = request;
    const { memoryBytes, maxProcesses } = limits;
    const network = request.network !== false;
    const { spares } = here();
    // Somebody uses single-use processes of this runtime: from now on two are kept.
    spares.keep(runtime, 2);
    const needs = { memoryBytes, maxProcesses, network };
    const child = await spares.take(runtime, { ...needs, folder, sharedFolder });
    singles += 1;
    try {
      return await child.run(request);
    } finally {
      singles -= 1;
      const killed = child.kill();
      if (sharedFolder !== undefined) await killed;
    }
  }

  async function placed({ shared, ...request }: RunRequest): Promise<PlacedRequest> {
    if (shared === undefined) return request;
    return { ...request, sharedFolder: await here().places.of(shared) };
  }

  async function runScript(wanted: RunRequest): Promise<RunOutcome> {
    const runtime = runtimeFor(wanted);
    const request = await placed(wanted);
    if (request.signal.aborted) {
      const resultJson = killedJson('canceled', request);
      return { success: false, resultJson, memPeakKb: null, durationMs: 0, killed: 'canceled' };
    }
    const { warm, zygotes } = here();
    if (runtime.runtime === 'python' && zygotes !== undefined) return zygotes.run(request);
    if (runtime.runtime === 'bash' || request.isolation === 'fresh') {
      return single(runtime, asShellRun(request, options.sandbox));
    }
    return warm.run(runtime, request);
  }

  function languageStatus(language: RunLanguage): LanguageStatus {
    const probe = started?.probes.get(runtimeOfLanguage[language]);
    const lacks = started?.missingTools.get(language);
    const available = probe !== undefined && isFound(probe) && lacks === undefined;
    return {
      language,
      available,
      version: available ? probe.version : null,
      reason: available ? null : (lacks ?? reasonOf(probe)),
    };
  }

  return {
    get languages() {
      return languageNames.filter((language) => languageStatus(language).available);
    },
    run: (request) => drivers.run(request, runScript) ?? runScript(request),
    async dropShared(shared) {
      if (started === undefined || stopped) return;
      const { places, warm, zygotes } = started;
      const folder = await places.take(shared);
      if (folder === undefined) return;
      await Promise.all([warm.drop(folder), zygotes?.drop(folder)]);
      await places.remove(folder);
    },
    status() {
      const spare = started?.spares.children() ?? [];
      const warm = started?.warm.counts() ?? { warm: 0, busy: 0, memoryBytes: 0 };
      const python = started?.zygotes?.counts() ?? { zygotes: 0, busy: 0, memoryBytes: 0 };
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
        processes: {
          spare: spare.length,
          warm: warm.warm,
          zygotes: python.zygotes,
          busy: warm.busy + python.busy + singles,
        },
        memoryBytes: warm.memoryBytes + python.memoryBytes + spareKb * 1024,
        memoryCapBytes,
      };
    },
    async start() {
      if (started !== undefined) return;
      // Accounts of scripts may pass through it, but not see each other's folders.
      const workFolders = await makeTemporaryFolder('jobs', { listed: false });
      const workParent = workFolders.path;
      const places = createSharedPlaces(workParent, options.sandbox);
      const cgroups = options.useCgroups === false ? undefined : openCgroups();
      const watcher = createWatcher(options.clock);
      const guardian = startGuardian(options.sandbox);
      const { marker } = guardian;
      const context: ChildContext = { ...options, cgroups, workParent, watcher, marker };
      const found = await findRuntimes(options.sandbox);
      const probes = new Map(found.map((probe) => [probe.runtime, probe]));
      const spares = createSpares(context);
      const warm = createWarm(context, spares, { memoryCapBytes, maxPerScript });
      const python = probes.get('python');
      const zygotes =
        python !== undefined && isFound(python) ? createZygotes(context, python) : undefined;
      const missingTools = findMissingTools(options.sandbox);
      const kinds = { spares, warm, zygotes };
      started = { context, workFolders, places, cgroups, guardian, probes, missingTools, ...kinds };
      warm.start();
      zygotes?.start();
      // After the start, when the first requests have been answered: it costs 60 ms of CPU.
      options.clock.after(pythonAfterMs, () => void (stopped || zygotes?.warmUp()));
      for (const probe of found) {
        if (isFound(probe) && (probe.runtime === 'bun' || probe.runtime === 'bash')) {
          spares.keep(probe, 1);
        }
      }
    },
    async stop() {
      if (started === undefined || stopped) return;
      stopped = true;
      const { spares, warm, zygotes, cgroups, guardian, workFolders } = started;
      await Promise.all([warm.stop(), spares.stop(), zygotes?.stop(), drivers.stop()]);
      cgroups?.close();
      guardian.stop();
      await workFolders.close();
    },
  };
}
