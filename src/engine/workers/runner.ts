// Runs one claimed job: loads its code, gives it to the runners, stores how it ended.
import { AppError, type Clock, type Log, messageOf, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import {
  type ClaimedJob,
  errorResult,
  labelsOf,
  type LogPiece,
  type FlowSteps,
  type JobEvents,
  runStatements,
} from '../jobs/index.ts';
import type { Builder } from '../languages/index.ts';
import type { RunOutcome, Runners } from '../runners/index.ts';
import { type EnvsOf, type Language } from '../scripts/index.ts';
import type { FetchedSecrets, WorkspaceEnvironment } from '../variables/index.ts';
import type { WorkflowSteps } from '../workflows/index.ts';
import type { AgentStep } from './agent-step.ts';
import type { LockStep } from './lock-step.ts';
import { type RunArguments, withDatabase } from './arguments.ts';
import type { Bundles } from './bundles.ts';
import type { Completer } from './completer.ts';
import { runEntrypoint } from './entrypoint.ts';
import { environmentOf } from './environment.ts';
import type { JobSecrets } from './job-secrets.ts';
import { createResultStream } from './result-stream.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';
import type { SharedFolders } from './shared-folders.ts';
import { givenBack, type SlotsDeps } from './slots.ts';

/** Limits of a run; the log and result caps are Windmill's 2 MB. */
export interface RunLimits {
  timeoutMs: number;
  memoryBytes: number;
  maxResultBytes: number;
  maxLogBytes: number;
  maxProcesses: number;
}

const defaultLimits: RunLimits = {
  timeoutMs: 3_600_000,
  memoryBytes: 1024 ** 3,
  maxResultBytes: 2_000_000,
  maxLogBytes: 2_000_000,
  maxProcesses: 64,
};

export interface JobRunnerDeps {
  db: Database;
  runners: Pick<Runners, 'run'>;
  builder: Pick<Builder, 'packagesFor'>;
  scriptEnvs: EnvsOf;
  bundles: Bundles;
  environment: Pick<WorkspaceEnvironment, 'of'>;
  runArguments: RunArguments;
  fetched: FetchedSecrets;
  /** Jobs of this process may reach the server through another one. */
  callsElsewhere: boolean;
  secrets: JobSecrets;
  completer: Completer;
  agentStep: AgentStep;
  lockStep: LockStep;
  flows: FlowSteps;
  workflows: WorkflowSteps;
  sharedFolders: Pick<SharedFolders, 'place'>;
  events: JobEvents;
  clock: Clock;
  log: Log;
  origin: () => string;
  workerGroup: string;
}

/** Windmill's annotation on the first line: this script wants Node instead of Bun. */
function runtimeOf(job: ClaimedJob, code: string): { runtime?: 'node' } {
  return job.language === 'bun' && /^\/\/ ?nodejs\b/.test(code) ? { runtime: 'node' } : {};
}

/** Runs of one person with the same rights may share a warm process; nobody else's may. */
function identityOf(job: ClaimedJob): string {
  const { workspace, permissionedAs, createdBy, email, scopes } = job;
  return sha256(JSON.stringify([workspace, permissionedAs, createdBy, email, scopes]));
}

/** An argument that cannot be resolved says so in the job's result; the rest is a bug. */
function unresolved(error: AppError): string {
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  return errorResult('ArgumentErr', `${error.message}${hint}`);
}

/** A secret that was fetched elsewhere is stored before the job has it, and masked from here on. */
async function learnFetched(
  { fetched, secrets }: Pick<JobRunnerDeps, 'fetched' | 'secrets'>,
  jobId: string,
): Promise<void> {
  for (const secret of await fetched.take(jobId)) secrets.learn(jobId, secret);
}

interface Running {
  worker: string;
  signal: AbortSignal;
  onLog: (text: string) => void;
}

/** Only these have workflows, and the first round of one has nothing to go on from. */
function mayHaveRounds({ language, attempt, workflowKey }: ClaimedJob): boolean {
  return language !== 'bash' && (attempt > 1 || typeof workflowKey === 'string');
}

const locks = ({ kind }: ClaimedJob): boolean =>
  kind === 'dependencies' || kind === 'flowdependencies';

/** The outcome of a job that was never run. */
const refusedRun = (resultJson: string): RunOutcome => ({
  success: false,
  resultJson,
  memPeakKb: null,
  durationMs: 0,
  killed: null,
});

type Run = Parameters<SlotsDeps['runJob']>[1];

export function createJobRunner(deps: JobRunnerDeps) {
  function notStarted(job: ClaimedJob, error: unknown): RunOutcome {
    const known = error instanceof AppError;
    if (!known) deps.log.error('a run could not be started', { job: job.id, error });
    return refusedRun(known ? unresolved(error) : errorResult('InternalErr', messageOf(error)));
  }

  async function openLog(job: ClaimedJob, mine: boolean): Promise<LogWriter> {
    const begun = job.attempt > 1;
    const end = begun
      ? await deps.db.row<{ stop: number }>(runStatements.logEnd, [job.id])
      : { stop: 0 };
    const writer = createLogWriter({
      jobId: job.id,
      start: end?.stop ?? 0,
      secrets: deps.secrets.open(job.id, job.token),
      clock: deps.clock,
      store: (piece) => deps.completer.appendLog(piece, mine),
      refresh: deps.callsElsewhere ? () => learnFetched(deps, job.id) : undefined,
    });
    const attempt = job.attempt - (job.rounds ?? 0);
    if (attempt > 1) writer.write(`--- the worker is gone; attempt ${attempt} begins ---\n`);
    return writer;
  }

  async function execute(job: ClaimedJob, { worker, signal, onLog }: Running): Promise<RunOutcome> {
    try {
      if (locks(job)) return await deps.lockStep(job, { signal, onLog });
      const custom = await deps.environment.of(job.workspace);
      const about = { origin: deps.origin(), workerGroup: deps.workerGroup };
      const own = await deps.scriptEnvs(job);
      const env = { ...custom, ...own, ...environmentOf(job, about) };
      const round = mayHaveRounds(job) ? await deps.workflows.resume(job) : undefined;
      if (round && 'refused' in round) return refusedRun(round.refused);
      const resolved = async (args: ClaimedJob['args']): Promise<ClaimedJob['args']> => {
        const { args: clear, secrets } = await deps.runArguments({ ...job, args }, env);
        for (const secret of secrets) deps.secrets.learn(job.id, secret);
        return clear;
      };
      if (job.kind === 'aistep') {
        const resolve = async (value: unknown) => (await resolved({ value }))['value'];
        return await deps.agentStep(job, { resolve, signal, onLog });
      }
      const bundleHash = job.bundleHash ?? '';
      const code = await deps.bundles.get(bundleHash);
      const language = job.language as Language;
      const onOutput = onLog;
      const packages = await deps.builder.packagesFor({ language, code, signal, onOutput });
      const fixed = {
        jobId: job.id,
        language,
        ...(packages === undefined ? {} : { packages }),
        ...runtimeOf(job, code),
        code,
        codeHash: bundleHash,
        ...(round ? { checkpoint: round.checkpoint } : {}),
        env,
        identity: identityOf(job),
        isolation: job.isolation,
        limits: {
          ...defaultLimits,
          timeoutMs: job.timeoutS === null ? defaultLimits.timeoutMs : job.timeoutS * 1000,
        },
        ...(job.sharedFolder ? { shared: job.sharedFolder } : {}),
        signal,
        onLog,
      };
      const called = withDatabase(round ? { ...job, args: round.args } : job, code);
      const outcome = await runEntrypoint(called, {
        resolve: resolved,
        run: (entrypoint, parameters, args) =>
          deps.runners.run({ ...fixed, entrypoint, parameters, args }),
        keepArgs: (args) =>
          deps.db.run(runStatements.replaceArgs, [
            job.id,
            worker,
            job.attempt,
            JSON.stringify(args),
          ]),
      });
      const before = round?.startedAt === undefined ? 0 : job.startedAt - round.startedAt;
      return { ...outcome, durationMs: outcome.durationMs + Math.max(0, before) };
    } catch (error) {
      return notStarted(job, error);
    }
  }

  /** A step with a shared folder runs where that is; else the result of one that never runs. */
  async function placeOf(
    job: ClaimedJob,
    worker: string,
  ): Promise<'here' | 'elsewhere' | RunOutcome> {
    const { sharedFolder: folder } = job;
    if (!folder || job.kind === 'aistep') return 'here';
    const at = await deps.sharedFolders.place(job, { folder, worker });
    return typeof at === 'string' ? at : refusedRun(errorResult('SharedFolderLost', at.refused));
  }

  /** Stores that a workflow waits; how the job ends instead when it cannot, else undefined. */
  async function endOfRound(
    job: ClaimedJob,
    outcome: RunOutcome,
    how: { worker: string; rest: LogPiece | undefined },
  ): Promise<RunOutcome | undefined> {
    const { suspendJson } = outcome;
    if (suspendJson === undefined) return outcome;
    try {
      if (await deps.workflows.suspended(job, { ...how, suspendJson })) return undefined;
      // Ended meanwhile, or canceled: then this is how it ends.
      return { ...outcome, success: false, killed: 'canceled' };
    } catch (error) {
      return notStarted(job, error);
    }
  }

  /** A job that does nothing and was taken alone: its result is what it was given. */
  async function endIdentity(
    job: ClaimedJob,
    { worker, mine }: { worker: string; mine: boolean },
  ): Promise<ClaimedJob | undefined> {
    const { id, attempt, args } = job;
    const completion = {
      id,
      worker,
      attempt,
      success: true,
      resultJson: JSON.stringify(args['previous_result'] ?? id),
      completedAt: deps.clock.now(),
      durationMs: 0,
      memPeakKb: null,
      canceled: false,
      labels: null,
    };
    const ending = { completion, rest: undefined };
    if (job.isFlowStep && job.parentJob !== null) {
      return deps.flows.stepEnded(job.parentJob, ending);
    }
    await deps.completer.complete(ending, mine);
    return undefined;
  }

  /**
   * `mine`: the job was pushed by this process, so nobody else waits for it. `closing`: the worker
   * stops. Resolves with a job that goes on in the same slot: the next step of a flow.
   */
  return async function runJob(
    job: ClaimedJob,
    { worker, signal, mine, closing }: Run,
  ): Promise<ClaimedJob | undefined> {
    if (job.kind === 'identity') return endIdentity(job, { worker, mine });
    if (job.bundleHash === null && job.kind !== 'aistep' && !locks(job)) {
      // A flow that was due later: from here on it moves by its steps.
      deps.flows.goOn(job.id);
      return undefined;
    }
    const at = await placeOf(job, worker);
    if (at === 'elsewhere') return undefined;
    const logWriter = await openLog(job, mine);
    if (deps.events.watched(job.id)) deps.events.progressed(job.id);
    const stream = createResultStream();
    const onLog = (text: string): void => {
      stream.hear(text);
      logWriter.write(text);
    };
    const run = at === 'here' ? stream.into(await execute(job, { worker, signal, onLog })) : at;
    const rest = await logWriter.rest();
    // The worker stops: no end is stored, so that somebody else runs the job again. A supervisor
    // that stops all processes of a service at once has killed the child before us.
    const withUs = closing() && run.killed === 'crash';
    if (withUs || (signal.reason === givenBack && run.killed === 'canceled')) {
      deps.secrets.close(job.id);
      if (rest) await deps.completer.appendLog(rest, mine);
      return undefined;
    }
    const outcome = await endOfRound(job, run, { worker, rest });
    if (outcome === undefined) {
      deps.secrets.close(job.id);
      return undefined;
    }
    const canceled = outcome.killed === 'canceled';
    const completion = {
      id: job.id,
      worker,
      attempt: job.attempt,
      success: outcome.success,
      resultJson: canceled ? errorResult('Canceled', 'The job was canceled.') : outcome.resultJson,
      completedAt: deps.clock.now(),
      durationMs: Math.round(outcome.durationMs),
      memPeakKb: outcome.memPeakKb,
      canceled,
      labels: labelsOf(outcome.resultJson),
    };
    const ending = { completion, rest };
    deps.secrets.close(job.id);
    if (job.isFlowStep && job.parentJob !== null) {
      return deps.flows.stepEnded(job.parentJob, ending);
    }
    await deps.completer.complete(ending, mine);
    return undefined;
  };
}
