// Moves flows: takes what happened to a run, works out the next transition, stores it in one
// commit with the steps that ended and those that begin, and starts these at once where a slot
// is free. One transition at a time for each run; what happens meanwhile goes into the next one.
import { type Clock, type Log, messageOf } from '../../base/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import {
  type ClaimedJob,
  type Ending,
  errorResult,
  type FlowSteps,
  type JobEvents,
  jobTokenOf,
  type Absorbed,
  labelsOf,
  type LocalWorker,
  newJobSecret,
  type Slot,
  storeDebounced,
} from '../jobs/index.ts';
import { planAgent } from './agents.ts';
import type { ChildrenDeps, ChildRow } from './children.ts';
import { type Draft, emptyDraft, type Happening, planTransition } from './plan.ts';
import type { Alarm } from './alarm.ts';
import type { MarkFlow } from './mark.ts';
import type { FlowRun, RunRow } from './runs.ts';
import { advanceFlows, selectLiveChild, selectStuckFlows } from './state.sql.ts';
import { waitOf } from './state.ts';
import { mayPass } from './trouble.ts';

export interface ExecutorDeps extends ChildrenDeps {
  db: Database;
  clock: Clock;
  log: Log;
  events: JobEvents;
  worker: LocalWorker;
  alarm: Pick<Alarm, 'set' | 'look'>;
  mark: MarkFlow;
  /** Stores the end of a step whose flow is over. */
  completeAlone: (ending: Ending) => Promise<unknown>;
}

type Waiting = Happening & { resolve?: (next: ClaimedJob | undefined) => void };

/** A child that starts here at once: in the slot of a step that ended, or in a free one. */
interface Start {
  row: ChildRow;
  secret: { secret: string; hash: string };
  worker: string;
  slot: Slot | undefined;
}

const maxConflicts = 20;

function claimedOf({ row, secret }: Start): ClaimedJob {
  const { id, createdAt } = row;
  return { ...row, attempt: 1, startedAt: createdAt, token: jobTokenOf(id, secret.secret) };
}

/** A sub-flow needs no worker to begin, unless its concurrency key has to let it in. */
function beginsNow(row: ChildRow): boolean {
  return (
    !row.finished &&
    row.flowState !== undefined &&
    !row.concurrencyKey &&
    row.scheduledFor <= row.createdAt
  );
}

/** Gives runnable children the slots of the steps that ended, then free ones of this process. */
function assignSlots(deps: ExecutorDeps, draft: Draft): Start[] {
  const freed = draft.endings.map(({ completion }) => completion.worker);
  const starts: Start[] = [];
  for (const row of draft.rows) {
    if (row.finished || row.flowState || row.scheduledFor > row.createdAt) continue;
    if (row.concurrencyKey || row.debounce) continue;
    const own = deps.worker.serves(row.tag) ? freed.shift() : undefined;
    const slot = own === undefined ? deps.worker.reserve(row.tag) : undefined;
    const worker = own ?? slot?.worker;
    if (worker !== undefined) starts.push({ row, slot, worker, secret: newJobSecret() });
  }
  return starts;
}

function valuesOf(draft: Draft, starts: readonly Start[], at: number): unknown[] {
  const { run, end, endings } = draft;
  const flow = {
    id: run.row.id,
    rev: run.rev,
    state: JSON.stringify(run.state),
    items: draft.itemsChanged ? JSON.stringify(run.items) : null,
    args: draft.argsChanged ? run.row.args : null,
    finished: end !== undefined,
    success: end?.success ?? null,
    result: end?.resultJson ?? null,
    skipped: end?.skipped ?? null,
    labels: end ? labelsOf(end.resultJson) : null,
    ...(end ? {} : waitOf(run.state)),
    at,
  };
  const byId = new Map(starts.map((start) => [start.row.id, start]));
  const rows = draft.rows.map(({ debounce: _debounce, ...row }) => {
    const start = byId.get(row.id);
    const begins = beginsNow(row);
    return {
      ...row,
      started: begins,
      worker: start?.worker ?? null,
      tokenHash: start?.secret.hash ?? null,
    };
  });
  const pieces = endings.map(({ rest }) => rest).filter((rest) => rest !== undefined);
  const ended = endings.map(({ completion }) => completion);
  return [[flow], 1, ended, ended.length, rows, pieces].map((value) =>
    typeof value === 'number' ? value : JSON.stringify(value),
  );
}

/** A new flow's run as its row says, without reading it back. */
export function rowOf(row: ChildRow): RunRow {
  return {
    ...row,
    isFlowStep: row.isFlowStep === true,
    flowState: row.flowState as RunRow['flowState'],
    flowRev: 0,
    flowVersion: row.flowVersion ?? null,
    flowNode: row.flowNode ?? null,
    flowSource: row.flowSource ?? null,
    rawFlow: (row.rawFlow ?? null) as RunRow['rawFlow'],
    flowItems: null,
    canceled: false,
    canceledReason: null,
    finished: false,
  };
}

export function createExecutor(deps: ExecutorDeps): FlowSteps & { begin(row: RunRow): void } {
  const { db, clock, log, events, runs, worker } = deps;
  const queues = new Map<string, Waiting[]>();

  /** The rows of the draft become what is stored; tells which other jobs are over because of it. */
  async function commit(draft: Draft, starts: readonly Start[]): Promise<Absorbed[] | undefined> {
    const store = async (queries: Queries, rows: ChildRow[]): Promise<boolean> => {
      const values = valuesOf({ ...draft, rows }, starts, clock.now());
      const row = await queries.row<{ ok: boolean }>(advanceFlows, values);
      return row?.ok === true;
    };
    if (draft.rows.every(({ debounce }) => debounce === undefined)) {
      return (await store(db, draft.rows)) ? [] : undefined;
    }
    const stored = await storeDebounced(db, draft.rows, store);
    if (!stored) return undefined;
    draft.rows = stored.rows;
    return stored.absorbed;
  }

  /** Steps that wait no more: their flows, this one among them perhaps, go on without them. */
  function tellAbsorbed(own: string, absorbed: readonly Absorbed[]): void {
    for (const { id, parentJob, isFlowStep } of absorbed) {
      events.settled(id);
      if (!isFlowStep || parentJob === null) continue;
      if (parentJob === own) enqueue(own, { type: 'look' });
      else goOn(parentJob);
    }
  }

  /** Tells the ends, starts what begins; answers the jobs for the slots of the steps that ended. */
  async function publish(draft: Draft, starts: readonly Start[]): Promise<ClaimedJob[]> {
    const { run, end, endings, rows } = draft;
    for (const { completion } of endings) events.ended(completion.id, completion);
    const { id, parentJob, isFlowStep } = run.row;
    if (end) {
      runs.forget(id);
      events.ended(id, end);
      if (!run.mine) events.tellOthers(id);
      if (isFlowStep && parentJob !== null) {
        const stopped = run.state.stopped === true;
        enqueue(parentJob, { type: 'over', job: id, result: { ...end, stopped } });
      }
    } else {
      runs.moved(run);
      events.progressed(id);
      if (draft.answers) {
        events.ended(id, undefined);
        events.tellOthers(id);
      }
      if (run.state.waiting) deps.alarm.set(run.state.waiting.until);
      if (draft.more) enqueue(id, { type: 'look' });
    }
    const started = new Set(starts.map(({ row }) => row));
    for (const row of rows.filter((each) => !each.finished && !started.has(each))) {
      if (row.scheduledFor > row.createdAt) worker.wakeAt(row.scheduledFor);
      else if (beginsNow(row)) begin(rowOf(row), run.mine);
      else worker.wake(row.tag);
    }
    for (const start of starts) start.slot?.run(claimedOf(start));
    return starts.filter(({ slot }) => !slot).map(claimedOf);
  }

  /** A canceled flow starts nothing more, and ends with its last child. */
  async function planCanceled(run: FlowRun, happenings: readonly Waiting[]): Promise<Draft> {
    const endings = happenings.flatMap((each) => (each.type === 'ended' ? [each.ending] : []));
    const draft: Draft = { ...emptyDraft(run), endings };
    const ids = endings.map(({ completion }) => completion.id);
    if (await db.row(selectLiveChild, [run.row.id, ids])) return draft;
    const reason = run.row.canceledReason ? `: ${run.row.canceledReason}` : '';
    const resultJson = errorResult('Canceled', `The flow was canceled${reason}.`);
    draft.end = { success: false, resultJson, skipped: false };
    return draft;
  }

  async function attempt(run: FlowRun, happenings: readonly Waiting[]): Promise<boolean> {
    const plan = run.row.kind === 'aiagent' ? planAgent : planTransition;
    const draft = run.row.canceled
      ? await planCanceled(run, happenings)
      : await plan(deps, run, happenings);
    const { end, endings, rows } = draft;
    const idle = end === undefined && endings.length === 0 && rows.length === 0;
    if (idle && draft.run.state === run.state) return true;
    const { id } = run.row;
    const from = run.state;
    const what = {
      of: 'transition' as const,
      flow: id,
      from,
      to: draft.run.state,
      ends: end !== undefined,
    };
    deps.mark({ at: 'before', ...what });
    const starts = assignSlots(deps, draft);
    const absorbed = await commit(draft, starts).catch((error: unknown) => {
      for (const { slot } of starts) slot?.release();
      throw error;
    });
    if (!absorbed) {
      for (const { slot } of starts) slot?.release();
      return false;
    }
    deps.mark({ at: 'after', ...what });
    const next = await publish(draft, starts);
    tellAbsorbed(id, absorbed);
    for (const each of happenings) {
      if (each.type === 'ended') each.resolve?.(next.shift());
    }
    return true;
  }

  /** A step whose flow is over, or that is not ours any more. */
  async function settleAlone(happenings: readonly Waiting[]): Promise<void> {
    for (const each of happenings) {
      if (each.type !== 'ended') continue;
      await deps.completeAlone(each.ending);
      each.resolve?.(undefined);
    }
  }

  async function transit(id: string, happenings: readonly Waiting[]): Promise<void> {
    let run = await runs.get(id);
    for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
      if (!run || run.row.finished) return settleAlone(happenings);
      const { rev } = run;
      if (await attempt(run, happenings)) return;
      run = await runs.reload(id);
      // The flow did not move, so a step was not ours any more: find out which.
      if (run?.rev !== rev) continue;
      if (happenings.length === 1) return settleAlone(happenings);
      for (const each of happenings) await transit(id, [each]);
      return;
    }
    throw new Error(`flow ${id} moved on ${maxConflicts} times under this transition`);
  }

  /** What cannot be stored or worked out ends the flow, so that it does not hang for ever. */
  async function giveUp(id: string, happenings: readonly Waiting[], error: unknown) {
    log.error('a flow could not go on', { job: id, error });
    runs.forget(id);
    if (mayPass(error)) {
      // The steps are over all the same; the next slow look finds the flow without a live one.
      await settleAlone(happenings);
      return;
    }
    const run = await runs.reload(id);
    await settleAlone(happenings);
    if (!run || run.row.finished) return;
    const resultJson = errorResult('InternalErr', `The flow cannot go on: ${messageOf(error)}`);
    const end = { success: false, resultJson, skipped: false };
    const draft: Draft = { ...emptyDraft(run), end };
    if (await commit(draft, [])) await publish(draft, []);
  }

  async function work(id: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const happenings = queue.splice(0);
      try {
        await transit(id, happenings);
      } catch (error) {
        try {
          await giveUp(id, happenings, error);
        } catch (again) {
          log.error('a flow could not be ended', { job: id, error: again });
        }
      } finally {
        for (const each of happenings) each.resolve?.(undefined);
      }
    }
    queues.delete(id);
  }

  function enqueue(id: string, happening: Waiting): void {
    const queue = queues.get(id);
    if (queue) {
      queue.push(happening);
      return;
    }
    const fresh = [happening];
    queues.set(id, fresh);
    void work(id, fresh);
  }

  function begin(row: RunRow, mine = true): void {
    runs.open(row, mine).then(
      () => enqueue(row.id, { type: 'look' }),
      (error: unknown) => log.error('a flow could not begin', { job: row.id, error }),
    );
  }

  function goOn(flowId: string): void {
    runs.forget(flowId);
    enqueue(flowId, { type: 'look' });
  }

  return {
    begin,
    stepEnded: (flowId, ending) =>
      new Promise((resolve) => enqueue(flowId, { type: 'ended', ending, resolve })),
    goOn,
    async recover() {
      const stuck = await db.rows<{ id: string }>(selectStuckFlows, [clock.now()]);
      for (const { id } of stuck) {
        if (queues.has(id)) continue;
        runs.forget(id);
        enqueue(id, { type: 'look' });
      }
      await deps.alarm.look();
    },
  };
}
