// What a schedule puts into the queue: its run, and the handlers that follow one. Both have the
// rights that the schedule's owner has when the run begins.
import { AppError, newId, notFound } from '../../base/index.ts';
import { authorise, type Call, type Caller, systemCall } from '../../operation/index.ts';
import { errorResult, type FlowPushes, type Jobs } from '../jobs/index.ts';
import type { ScheduleRow } from './schedule.ts';

type Push = Awaited<ReturnType<FlowPushes['byPath']>>;

/** A script or flow. */
export interface Target {
  kind: 'scripts' | 'flows';
  path: string;
}

export interface SchedulePushesDeps {
  runs: Pick<Jobs['pushes'], 'byPath'>;
  flows: Pick<FlowPushes, 'byPath' | 'preview'>;
  /** Somebody with full rights in a workspace; undefined when they are no member any more. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  /** What the item grants by itself; undefined when there is none. */
  extraPerms: (
    workspace: string,
    target: Target,
  ) => Promise<Readonly<Record<string, boolean>> | undefined>;
}

type Owned = Pick<
  ScheduleRow,
  'workspaceId' | 'path' | 'permissionedAs' | 'email' | 'scopes' | 'options'
>;

/** Windmill's name for who creates a schedule's jobs. */
const creatorOf = (path: string): string => `schedule-${path.replaceAll('/', '-')}`;

/** `script/f/a/b` → the script; what else it says was refused when it was written. */
export function handlerTarget(text: string): Target {
  const [kind = '', ...path] = text.split('/');
  return { kind: kind === 'flow' ? 'flows' : 'scripts', path: path.join('/') };
}

const targetOf = (schedule: { scriptPath: string; isFlow: boolean }): Target => ({
  kind: schedule.isFlow ? 'flows' : 'scripts',
  path: schedule.scriptPath,
});

/** Everything that the schedule starts, with a sentence part that says as what. */
export function targetsOf({
  options,
  ...schedule
}: Pick<ScheduleRow, 'scriptPath' | 'isFlow' | 'options'>): Target[] {
  const handlers = [options.onFailure, options.onRecovery, options.onSuccess]
    .filter((text) => text !== null && text !== undefined)
    .map(handlerTarget);
  const skip: Target[] = options.dynamicSkip
    ? [{ kind: 'scripts', path: options.dynamicSkip }]
    : [];
  return [targetOf(schedule), ...handlers, ...skip];
}

export const staticInputs = (args: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, { type: 'static', value }]),
  );

/** A flow around a run that is asked for first, or tried again: its steps are ordinary rows. */
function wrapped(schedule: ScheduleRow, tickAt: number): Record<string, unknown> {
  const { scriptPath: path, isFlow, args, options } = schedule;
  const { dynamicSkip, retry, tag } = options;
  const asked = {
    id: 'skip',
    summary: 'Is it to run?',
    value: {
      type: 'script',
      path: dynamicSkip,
      input_transforms: staticInputs({ scheduled_for: new Date(tickAt).toISOString() }),
    },
    stop_after_if: { expr: 'result !== true', skip_if_stopped: true },
  };
  const run = {
    id: 'run',
    value: {
      type: isFlow ? 'flow' : 'script',
      path,
      input_transforms: staticInputs(args),
      ...(tag ? { tag_override: tag } : {}),
    },
    ...(retry ? { retry } : {}),
  };
  return { modules: dynamicSkip ? [asked, run] : [run] };
}

export function createSchedulePushes(deps: SchedulePushesDeps) {
  /** Throws when there is no such item, or when the caller may not run it. */
  async function assertMayRun(call: Call, target: Target): Promise<void> {
    const extraPerms = await deps.extraPerms(call.workspace ?? '', target);
    const kind = target.kind === 'flows' ? 'flow' : 'script';
    const ask = { action: 'jobs:run', risk: 'write' } as const;
    const verdict = authorise(call.caller, ask, { ...target, ...(extraPerms && { extraPerms }) });
    if (!verdict.allowed) throw verdict.error;
    if (!extraPerms) throw notFound(kind, target.path);
  }

  /** A call by the owner; throws `forbidden` when they are no member any more. */
  async function callOf({
    workspaceId,
    permissionedAs,
    scopes,
  }: Pick<Owned, 'workspaceId' | 'permissionedAs' | 'scopes'>): Promise<Call> {
    const person = await deps.memberOf(workspaceId, permissionedAs.replace(/^u\//, ''));
    if (person) return { ...systemCall(workspaceId), caller: { ...person, scopes } };
    throw new AppError('forbidden', `${permissionedAs} is no member of this workspace any more.`, {
      hint: 'Somebody else has to save this trigger, which then runs with their rights.',
    });
  }

  /** By the schedule. Whom it acts for stands in the push: the owner, or whom the script names. */
  const by = ({ path }: Owned, push: Push): Push => ({
    ...push,
    createdBy: creatorOf(path),
    triggerKind: 'schedule',
  });

  async function start(
    call: Call,
    { target, args, tag }: { target: Target; args: Record<string, unknown>; tag?: string | null },
  ): Promise<Push> {
    await assertMayRun(call, target);
    const options = { args, invisibleToOwner: false, ...(tag ? { tag } : {}) };
    return target.kind === 'flows'
      ? deps.flows.byPath(call, target.path, options)
      : deps.runs.byPath(call, target.path, options);
  }

  async function wrappedPush(call: Call, schedule: ScheduleRow, tickAt: number): Promise<Push> {
    for (const target of targetsOf(schedule)) await assertMayRun(call, target);
    const { scriptPath: path, args } = schedule;
    const said = { value: wrapped(schedule, tickAt), path, args, invisibleToOwner: false };
    return { ...(await deps.flows.preview(call, said)), kind: 'singlestepflow' };
  }

  return {
    assertMayRun,
    callOf,

    /** The run of a tick; throws what keeps it from starting. */
    async run(schedule: ScheduleRow, tickAt: number): Promise<Push> {
      const { options, args, path } = schedule;
      const call = await callOf(schedule);
      const push =
        options.dynamicSkip || options.retry
          ? await wrappedPush(call, schedule, tickAt)
          : await start(call, { target: targetOf(schedule), args, tag: options.tag ?? null });
      return { ...by(schedule, push), schedulePath: path, scheduledFor: tickAt };
    },

    /** A run that could not start, as a row that is over: people and handlers see it. */
    failed(schedule: ScheduleRow, why: { tickAt: number; message: string }): Push {
      const { workspaceId: workspace, isFlow, scriptPath, args, path } = schedule;
      const push: Push = {
        workspace,
        kind: isFlow ? 'flow' : 'script',
        path: scriptPath,
        hash: null,
        language: null,
        args,
        rawCode: null,
        bundleHash: null,
        parameters: [],
        tag: schedule.options.tag ?? 'schedule',
        createdBy: '',
        permissionedAs: schedule.permissionedAs,
        email: schedule.email,
        scopes: schedule.scopes,
        parentJob: null,
        rootJob: null,
        triggerKind: null,
        visibleToOwner: true,
        timeoutS: null,
        rerunOnCrash: false,
        isolation: 'warm',
        finished: true,
        success: false,
        resultJson: errorResult('ScheduleError', why.message),
        schedulePath: path,
        scheduledFor: why.tickAt,
      };
      return by(schedule, push);
    },

    /** A handler of the run `jobId`; throws what keeps it from starting. */
    async handler(
      schedule: Owned,
      wanted: { target: Target; args: Record<string, unknown>; jobId: string },
    ): Promise<Push> {
      const { jobId, ...rest } = wanted;
      const push = await start(await callOf(schedule), rest);
      return { ...by(schedule, push), id: newId(), parentJob: jobId, rootJob: jobId };
    },
  };
}

export type SchedulePushes = ReturnType<typeof createSchedulePushes>;
