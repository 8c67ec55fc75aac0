// Starts the handlers of runs that are over: each once, in the commit that takes the run off the
// list. Hears of them by a signal of the database; a slow look finds what a lost one left.
import { AppError, type Log, newId, type SlowTick } from '../../base/index.ts';
import { type Caller, systemCall } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { createQueue, FlowPushes, Jobs, MemberOf, NewJob } from '../jobs/index.ts';
import { holdsReference } from '../resources/index.ts';
import { handlerTarget } from '../schedules/index.ts';
import type { RunValues } from '../variables/index.ts';
import { argsOf, type Handler, type HandlerKind, type Told } from './handler.ts';
import * as sql from './handlers.sql.ts';

const channel = 'engine_handlers';
const lookEveryMs = 30_000;

/** Windmill's group for it; who may reach what a handler needs is granted to this group. */
const actor = 'g/error_handler';

export interface NotifierDeps {
  db: Database;
  tick: SlowTick;
  log: Log;
  /** A group as a caller, by its principal. */
  memberOf: MemberOf;
  runs: Pick<Jobs['pushes'], 'byPath'>;
  flows: Pick<FlowPushes, 'byPath'>;
  runValues: Pick<RunValues, 'seal'>;
  queue: Pick<ReturnType<typeof createQueue>, 'rowOf' | 'stored'>;
}

interface Due {
  jobId: string;
  workspace: string;
  kind: HandlerKind;
}

export function createNotifier(deps: NotifierDeps) {
  const { db, tick, log, memberOf, runs, flows, queue } = deps;
  // One after the other: each holds a connection while it reads by others.
  let working: Promise<void> = Promise.resolve();
  let again = false;
  const stops: (() => Promise<void> | void)[] = [];

  /**
   * What a run said, whoever wrote it: a text that looks like a reference is sealed, because opened
   * it is the text again, while the reference would be read with the rights of the group.
   */
  async function literal(caller: Caller, { workspace }: Due, value: unknown): Promise<unknown> {
    if (!holdsReference(value)) return value;
    return deps.runValues.seal(caller, workspace, { value, secrets: [] });
  }

  async function rowOf(handler: Handler, told: Told & Due): Promise<NewJob> {
    const caller = await memberOf(told.workspace, actor);
    if (!caller) throw new AppError('not_found', `There is no group ${actor} in this workspace.`);
    const call = { ...systemCall(told.workspace), caller };
    const target = handlerTarget(handler.path);
    const args = argsOf(handler, told);
    const said = handler.kind === 'error' ? 'error' : 'result';
    args[said] = await literal(caller, told, args[said]);
    const options = { args, invisibleToOwner: false };
    // An admin chose it: the group runs it, whoever else may.
    const push = await (target.kind === 'flows' ? flows : runs).byPath(call, target.path, options);
    return queue.rowOf({ ...push, id: newId(), parentJob: told.jobId, rootJob: told.jobId });
  }

  /** The row to start, or undefined with what is wrong kept where admins see it. */
  async function prepared(queries: Queries, due: Due): Promise<NewJob | undefined> {
    const { workspace, kind, jobId } = due;
    const handler = await queries.row<Handler>(sql.selectHandler, [workspace, kind]);
    const told = await queries.row<Told>(sql.selectTold, [jobId]);
    if (!handler || !told) return undefined;
    try {
      return await rowOf(handler, { ...told, ...due });
    } catch (error) {
      if (!(error instanceof AppError)) {
        log.error('a workspace handler could not be started', { job: jobId, error });
      }
      const why =
        error instanceof AppError ? error.message : 'An error in the server: see its log.';
      await queries.run(sql.updateError, [workspace, kind, why]);
      return undefined;
    }
  }

  /** False when nothing was due. */
  async function startOne(): Promise<boolean> {
    const done = await db.transaction(async (queries) => {
      const due = await queries.row<Due>(sql.takeDue, []);
      if (!due) return undefined;
      const row = await prepared(queries, due);
      if (row) await queries.run(sql.insertHandlerJob, [JSON.stringify([row])]);
      return { row };
    });
    if (done?.row) queue.stored(done.row);
    return done !== undefined;
  }

  async function startAll(): Promise<void> {
    try {
      while (await startOne());
    } catch (error) {
      // The slow look tries again.
      log.error('workspace handlers could not be started', { error });
    }
  }

  function look(): Promise<void> {
    if (again) return working;
    again = true;
    working = working.then(() => {
      again = false;
      return startAll();
    });
    return working;
  }

  return {
    async start(): Promise<void> {
      stops.push(await db.listen(channel, () => void look()));
      stops.push(tick.every({ name: 'starting workspace handlers', everyMs: lookEveryMs, look }));
      await look();
    },
    async stop(): Promise<void> {
      for (const stop of stops.splice(0)) await stop();
      await working;
    },
  };
}
