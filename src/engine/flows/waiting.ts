// Flows that wait for people, as approvals see them: where a job's flow waits, for what, and an
// answer stored so that it survives whatever happens next. Who may answer is not decided here.
import { AppError, notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { MarkFlow } from './mark.ts';
import type { FlowRun, GivenAnswer, Runs } from './runs.ts';
import { jobsOf } from './state.ts';
import type { Suspend } from './value.ts';
import * as sql from './waiting.sql.ts';

export interface WaitingDeps {
  db: Database;
  runs: Pick<Runs, 'read' | 'answers' | 'results'>;
  now: () => number;
  mark: MarkFlow;
  /** Takes the answer in. */
  goOn: (flowId: string) => void;
}

/** A step that takes answers: it waits, or it still runs and will. */
export interface Pending {
  flowId: string;
  rev: number;
  flowPath: string | null;
  /** The username of who started it, whosever rights it has. */
  startedBy: string;
  step: { id: string; summary: string | null; job: string };
  suspend: Suspend;
  /** Undefined while the step itself still runs. */
  waiting: { until: number; groups?: readonly string[] } | undefined;
  answers: GivenAnswer[];
}

export type Waiting = ReturnType<typeof createWaiting>;

const gone = (message: string): AppError =>
  new AppError('gone', message, { hint: 'Start the flow again if it is still needed.' });

const wentOn = (): AppError =>
  new AppError('conflict', 'The flow does not wait for an answer to this step.', {
    hint: 'It went on already, or it never asked for one.',
  });

/** Why a flow that is over takes no answer. */
function over({ row, state }: FlowRun, step: number): AppError {
  if (row.canceled) return gone('The flow was canceled: it takes no answer any more.');
  const status = state.status.modules[step];
  const missing = status?.type === 'Failure' && status.approvers?.length === 0;
  return gone(missing ? 'Nobody answered in time; the flow is over.' : 'The flow is over.');
}

export function createWaiting({ db, runs, now, goOn, mark }: WaitingDeps) {
  async function pendingAt(run: FlowRun, step: number): Promise<Pending> {
    const { row, state } = run;
    const module = run.flow.modules[step];
    const status = state.status.modules[step];
    if (row.finished || row.canceled) throw over(run, step);
    const asks = (module?.suspend?.required_events ?? 0) > 0;
    const takes = status?.type === 'InProgress' || status?.type === 'WaitingForEvents';
    if (!module?.suspend || !asks || !takes || state.status.step !== step) throw wentOn();
    const { waiting } = state;
    if (waiting && waiting.until <= now()) throw gone('The time to answer is over.');
    return {
      flowId: row.id,
      rev: run.rev,
      flowPath: row.path,
      startedBy: row.createdBy,
      // A loop over nothing had no job: then the answers are to the flow.
      step: { id: module.id, summary: module.summary ?? null, job: status.job ?? row.id },
      suspend: module.suspend,
      waiting,
      answers: await runs.answers([row.id], module.id),
    };
  }

  /** The step of the flow around that this job is the work of, when that step takes answers. */
  async function asStep(flowId: string, jobId: string): Promise<Pending | undefined> {
    const run = await runs.read(flowId);
    const step = run?.state.status.modules.findIndex((each) => jobsOf(each).includes(jobId)) ?? -1;
    const asks = run?.flow.modules[step]?.suspend?.required_events ?? 0;
    return run && asks > 0 ? pendingAt(run, step) : undefined;
  }

  return {
    /**
     * What an answer to this job would answer: the step that it is the work of, or whatever of the
     * flow waits. Throws `not_found`, `gone` (over, canceled, too late) and `conflict` (went on).
     */
    async find(workspace: string, jobId: string): Promise<Pending> {
      type Place = { flowId: string | null; finished: boolean; isFlow: boolean };
      const place = await db.row<Place>(sql.selectPlace, [jobId, workspace]);
      if (!place) throw notFound('job', jobId);
      const below = place.isFlow
        ? await db.row<{ id: string }>(sql.selectWaitingBelow, [jobId])
        : undefined;
      if (!below && place.flowId !== null) {
        const pending = await asStep(place.flowId, jobId);
        if (pending) return pending;
      }
      const run = place.isFlow ? await runs.read(below?.id ?? jobId) : undefined;
      if (!run) throw wentOn();
      return pendingAt(run, run.state.status.step);
    },

    /** The flow that people started, for a link that is good for whichever of its steps waits. */
    async topFlow(workspace: string, jobId: string): Promise<string> {
      const row = await db.row<{ id: string }>(sql.selectTopFlow, [jobId, workspace]);
      if (!row) throw notFound('job', jobId);
      return row.id;
    },

    /** What the step left, which may say more to those who are asked. JSON text. */
    async resultOf({ flowId, step }: Pending): Promise<string | undefined> {
      const run = await runs.read(flowId);
      return run && (await runs.results(run, [step.job])).get(step.job)?.resultJson;
    },

    /** Undefined when this resume id was never used. */
    async used(jobId: string, resumeId: number): Promise<{ approved: boolean } | undefined> {
      return db.row<{ approved: boolean }>(sql.selectAnswer, [jobId, resumeId]);
    },

    /** False: the flow moved meanwhile, or the resume id was used; look again. */
    async accept(pending: Pending, answer: GivenAnswer): Promise<boolean> {
      const { flowId, rev, step, waiting } = pending;
      mark({ at: 'before', of: 'answer', flow: flowId });
      const row = await db.row<{ stored: number }>(sql.insertAnswer, [
        flowId,
        rev,
        answer.job,
        answer.resumeId,
        step.id,
        answer.approved,
        answer.approver,
        JSON.stringify(answer.payload ?? null),
        now(),
        waiting !== undefined,
      ]);
      if (row?.stored !== 1) return false;
      mark({ at: 'after', of: 'answer', flow: flowId });
      if (waiting) goOn(flowId);
      return true;
    },
  };
}
