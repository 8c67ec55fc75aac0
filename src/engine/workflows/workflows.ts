// Workflows as code: scripts that run in rounds. A round ends where the code waits; what it waits
// for is stored with the end of the round in one commit, and the job's row waits in the queue.
import { AppError, type Clock, type Log, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import {
  callerOfJob,
  entrypointArgument,
  type ClaimedJob,
  errorResult,
  type JobEvents,
  type LocalWorker,
  type LogPiece,
  type MemberOf,
  type NewJob,
} from '../jobs/index.ts';
import {
  type Checkpoint,
  completedSteps,
  refusedApproval,
  seenByTask,
  type StepRow,
} from './checkpoint.ts';
import { type Dispatch, readDispatch } from './dispatch.ts';
import { failureMarker, isFailureMarker } from './failure.ts';
import type { WorkflowSteps } from './port.ts';
import { endSuspension } from './waiting.sql.ts';
import { statusOf } from './status.ts';
import { type TasksDeps, taskJob } from './tasks.ts';
import {
  parkWorkflow,
  resumeAfterTasks,
  saveStep,
  selectOwnCode,
  selectArgs,
  selectSteps,
  selectStep,
  selectWaiting,
} from './workflows.sql.ts';

/** Rounds cost a replay each, and `attempt` is a smallint. */
const maxRounds = 10_000;
/** Results of all steps together, which every round is sent. */
const maxCheckpointUnits = 64 * 1024 * 1024;
/** Due when its tasks are over, and not before: the last moment that a Date can say. */
const never = 8_640_000_000_000_000;

/** A job that the queue gives its id and its time. */
type OwnCode = Omit<NewJob, 'id' | 'worker' | 'tokenHash' | 'createdAt' | 'scheduledFor'>;

export interface WorkflowsDeps extends Omit<TasksDeps, 'now'> {
  db: Database;
  clock: Clock;
  log: Log;
  events: JobEvents;
  worker: LocalWorker;
  memberOf: MemberOf;
  /** Puts a job into the queue; answers its id. */
  push: (wanted: OwnCode) => Promise<string>;
  /** Takes a flow's row over once it is stored. */
  beginFlow: (row: NewJob) => void;
}

/** A row of `engine_workflow_step` that is not there yet. */
interface NewStep {
  key: string;
  kind: StepRow['kind'];
  position: number;
  child?: string;
  detail?: object;
  startedAt: number;
  dueAt?: number;
}

interface Wait {
  waitsFor: 'tasks' | 'sleep' | 'approval' | 'again';
  dueAt: number;
  steps: NewStep[];
  jobs: NewJob[];
}

export type Workflows = ReturnType<typeof createWorkflows>;

export function createWorkflows(deps: WorkflowsDeps) {
  const { db, clock, log, events, worker } = deps;
  const { now } = clock;
  /** By workflow, then by task: what stops watching it. */
  const watching = new Map<string, Map<string, () => void>>();

  const steps = (id: string): Promise<StepRow[]> => db.rows<StepRow>(selectSteps, [id]);

  /** A call with the rights of the job: what its token may do, this may. */
  async function callOf(job: ClaimedJob): Promise<Call> {
    return {
      id: newId(),
      caller: await callerOfJob(deps.memberOf, job),
      workspace: job.workspace,
      surface: 'system',
      signal: new AbortController().signal,
      causedBy: null,
      depth: 1,
    };
  }

  async function resume(job: ClaimedJob) {
    const ofTask = typeof job.workflowKey === 'string' && job.parentJob !== null;
    const workflow = ofTask ? (job.parentJob ?? job.id) : job.id;
    const all = await steps(workflow);
    const refused = ofTask ? undefined : refusedApproval(all, now());
    if (refused !== undefined) {
      await db.run(endSuspension, [workflow]);
      return { refused: errorResult('ApprovalRefused', refused) };
    }
    const seen = ofTask ? seenByTask(all, job.workflowKey ?? '') : all;
    const checkpoint: Checkpoint = {
      completed_steps: completedSteps(seen, now()),
      ...(ofTask ? { _executing_key: job.workflowKey ?? '' } : {}),
    };
    if (JSON.stringify(checkpoint).length > maxCheckpointUnits) {
      const message = 'The results of the steps of this workflow have more than 64 MB together.';
      return { refused: errorResult('WorkflowTooLarge', message) };
    }
    if (!ofTask) return { checkpoint, args: job.args, startedAt: all[0]?.startedAt };
    const row = await db.row<{ args: Record<string, unknown> }>(selectArgs, [workflow]);
    if (row) return { checkpoint, args: row.args };
    return { refused: errorResult('Canceled', 'The workflow of this task is over.') };
  }

  async function waitForTasks(
    job: ClaimedJob,
    tasks: Extract<Dispatch, { steps: unknown }>['steps'],
  ): Promise<Wait> {
    const startedAt = now();
    let call: Promise<Call> | undefined;
    const jobs: NewJob[] = [];
    for (const task of tasks) {
      const callOnce = (): Promise<Call> => (call ??= callOf(job));
      jobs.push(await taskJob({ ...deps, now }, { workflow: job, task, callOf: callOnce }));
    }
    return {
      waitsFor: 'tasks',
      dueAt: jobs.every(({ finished }) => finished) ? startedAt : never,
      jobs,
      steps: tasks.map(({ key, name, dispatch_type: type, script }, position) => ({
        key,
        kind: 'task',
        position,
        startedAt,
        detail: { name, type, script },
        ...(jobs[position] ? { child: jobs[position].id } : {}),
      })),
    };
  }

  async function keep(
    id: string,
    { key, value, durationMs }: { key: string; value: unknown; durationMs: number },
  ): Promise<void> {
    const text = JSON.stringify(value ?? null);
    if (text.includes('\\u0000')) {
      throw new AppError('invalid_input', `The result of ${key} holds the character U+0000.`);
    }
    await db.run(saveStep, [id, key, text, now() - durationMs, now()]);
  }

  async function waitOf(job: ClaimedJob, dispatch: Dispatch): Promise<Wait> {
    const startedAt = now();
    const nothing = { jobs: [], steps: [] };
    switch (dispatch.mode) {
      case 'sequential':
      case 'parallel':
        return waitForTasks(job, dispatch.steps);
      case 'inline_checkpoint': {
        const { key, result, duration_ms: ms } = dispatch;
        await keep(job.id, { key, value: bounded(key, result), durationMs: Math.round(ms ?? 0) });
        return { ...nothing, waitsFor: 'again', dueAt: startedAt };
      }
      case 'sleep': {
        const dueAt = startedAt + Math.round(dispatch.seconds * 1000);
        const step = { key: dispatch.key, kind: 'sleep', position: 0, startedAt, dueAt } as const;
        return { ...nothing, waitsFor: 'sleep', dueAt, steps: [step] };
      }
      case 'approval': {
        const { key, mode: _mode, timeout, ...detail } = dispatch;
        const dueAt = startedAt + Math.round(timeout * 1000);
        const step = { key, kind: 'approval', position: 0, startedAt, dueAt, detail } as const;
        return { ...nothing, waitsFor: 'approval', dueAt, steps: [step] };
      }
    }
  }

  /** Looks after the tasks of a workflow: when the last is over, it is due. */
  async function look(id: string): Promise<void> {
    const row = await db.row<{ tag: string }>(resumeAfterTasks, [id, now()]);
    if (row) worker.wake(row.tag);
  }

  function unwatch(id: string, tasks: Iterable<string>): void {
    const stops = watching.get(id);
    for (const task of tasks) {
      stops?.get(task)?.();
      stops?.delete(task);
    }
    if (stops?.size === 0) watching.delete(id);
  }

  function watch(id: string, tasks: readonly string[]): void {
    const stops = watching.get(id) ?? new Map<string, () => void>();
    if (tasks.length > 0) watching.set(id, stops);
    for (const task of tasks.filter((each) => !stops.has(each))) {
      const ended = (): void => {
        unwatch(id, [task]);
        look(id).catch((error: unknown) => {
          log.error('a workflow could not be woken', { job: id, error });
        });
      };
      stops.set(task, events.watch(task, { ended }));
    }
  }

  async function park(
    job: ClaimedJob,
    how: { worker: string; wait: Wait; rest: LogPiece | undefined },
  ): Promise<boolean> {
    const { wait, rest } = how;
    const { id, attempt, tag } = job;
    const alive = wait.jobs.filter(({ finished }) => !finished);
    const tasks = alive.map((task) => task.id);
    // Before the commit, so that no end is missed.
    watch(id, tasks);
    const values = [
      id,
      how.worker,
      attempt,
      wait.waitsFor,
      JSON.stringify(wait.jobs),
      JSON.stringify(wait.steps),
      JSON.stringify(rest ? [rest] : []),
      wait.dueAt,
    ];
    const row = await db.row<{ ok: boolean }>(parkWorkflow, values).catch((error: unknown) => {
      unwatch(id, tasks);
      throw error;
    });
    if (row?.ok !== true) {
      unwatch(id, tasks);
      return false;
    }
    events.progressed(id);
    for (const task of alive) {
      if (task.flowState) deps.beginFlow(task);
      else worker.wake(task.tag);
    }
    if (wait.dueAt <= now()) worker.wake(tag);
    else if (wait.dueAt < never) worker.wakeAt(wait.dueAt);
    return true;
  }

  async function suspended(
    job: ClaimedJob,
    how: { worker: string; suspendJson: string; rest: LogPiece | undefined },
  ): Promise<boolean> {
    if (job.attempt >= maxRounds) {
      throw new AppError('unprocessable', `A workflow has at most ${maxRounds} rounds.`, {
        hint: 'Start tasks together (Promise.all, parallel), or split the workflow.',
      });
    }
    const wait = await waitOf(job, readDispatch(how.suspendJson));
    try {
      return await park(job, { ...how, wait });
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error;
      const keys = wait.steps.map(({ key }) => key).join(', ');
      throw new AppError('unprocessable', `The workflow asked for ${keys} once more.`, {
        hint: 'Make the same calls in the same order each time; keep what varies in a step.',
      });
    }
  }

  const port: WorkflowSteps = {
    resume,
    suspended,
    async recover() {
      const waiting = await db.rows<{ id: string; tasks: string[] }>(selectWaiting);
      for (const { id, tasks } of waiting) {
        if (tasks.length === 0) await look(id);
        else watch(id, tasks);
      }
    },
  };

  return {
    port,
    /**
     * Keeps what an inline step returned, while its job runs. Answers the failure that stands
     * there then, as every later round will see it; an earlier value of the key stays.
     */
    async checkpoint(wanted: { id: string; key: string; result: unknown; durationMs: number }) {
      const { id, key, result, durationMs } = wanted;
      await keep(id, { key, value: bounded(key, result), durationMs });
      const stored = await db.row<{ result: unknown }>(selectStep, [id, key]);
      if (!stored) throw new AppError('conflict', `Job ${id} does not run any more.`);
      return isFailureMarker(stored.result) ? { failure: stored.result } : {};
    },
    /** Outside a workflow a task is a job as well, which the code waits for by itself. */
    async runFunction(
      { caller }: Call,
      { job, name, args }: { job: string; name: string; args: Record<string, unknown> },
    ): Promise<{ id: string }> {
      const row = caller.jobId === job ? await db.row<OwnCode>(selectOwnCode, [job]) : undefined;
      if (!row) throw new AppError('forbidden', 'Only a running job runs functions of its script.');
      const id = await deps.push({
        ...row,
        args: { ...args, [entrypointArgument]: name },
        parentJob: job,
        rootJob: row.rootJob ?? job,
        triggerKind: null,
      });
      return { id };
    },
    /** How a workflow stands, in Windmill's shape; undefined for any other job. */
    status: async (id: string) => statusOf(await steps(id), now()),
  };
}

/** A failure in the form and size of every other one; any other value as it is. */
function bounded(key: string, value: unknown): unknown {
  return isFailureMarker(value) ? failureMarker(key, { result: value.result }) : value;
}
