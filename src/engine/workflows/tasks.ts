// Makes the jobs of a workflow's tasks: its own code once more, a script, or a flow. A task that
// cannot be made is a job too, over from the start with the reason, so that the code can catch it.
import { posix } from 'node:path';
import { AppError, messageOf, newId, notFound } from '../../base/index.ts';
import { authorise, type Call, type Target } from '../../operation/index.ts';
import { type ClaimedJob, errorResult, type NewJob, type pushScript } from '../jobs/index.ts';
import { assertOptions, type Task } from './dispatch.ts';

type RunPush = Awaited<ReturnType<typeof pushScript>>;

interface TaskOptions {
  args: Record<string, unknown>;
  parentJob: string;
  rootJob: string;
  timeout?: number;
  tag?: string;
  invisibleToOwner: boolean;
}

export interface TasksDeps {
  now: () => number;
  /** Builds the row of a run, or throws what would be right. */
  pushScript: (call: Call, path: string, options: TaskOptions) => Promise<RunPush>;
  pushFlow: (call: Call, path: string, options: TaskOptions) => Promise<RunPush>;
  /** The item's own grants; undefined when there is no such item. */
  extraPerms: (
    workspace: string,
    target: Target,
  ) => Promise<Readonly<Record<string, boolean>> | undefined>;
}

/** `./helper.ts` means the script beside the workflow. */
function scriptPathOf(written: string, from: string | null): string {
  if (!written.startsWith('./') && !written.startsWith('../')) return written;
  const joined = posix.join(posix.dirname(from ?? ''), written);
  return joined.replace(/\.[a-z0-9]+$/i, '');
}

/** A task may start what its workflow may: the same rights and the same scopes. */
async function assertMayRun(deps: TasksDeps, call: Call, target: Target): Promise<void> {
  const ask = { action: 'jobs:run', risk: 'write' } as const;
  let verdict = authorise(call.caller, ask, target);
  if (!verdict.allowed && call.workspace !== null) {
    const extraPerms = await deps.extraPerms(call.workspace, target);
    if (extraPerms) verdict = authorise(call.caller, ask, { ...target, extraPerms });
  }
  if (verdict.allowed) return;
  const { error } = verdict;
  throw error.code === 'not_found' ? notFound(target.kind.replace(/s$/, ''), target.path) : error;
}

const queued = (push: RunPush, now: number, task: Task): NewJob => ({
  ...push,
  ...(task.priority ? { priority: task.priority } : {}),
  id: newId(),
  createdAt: now,
  scheduledFor: now,
  worker: null,
  tokenHash: null,
  ...(push.flowState === undefined ? {} : { started: true }),
});

/** The workflow's own code, told which of its calls to run. */
function inlineJob(workflow: ClaimedJob, task: Task, now: number): NewJob {
  return {
    id: newId(),
    workspace: workflow.workspace,
    kind: workflow.kind,
    path: workflow.path,
    hash: workflow.hash,
    language: workflow.language,
    args: task.args,
    rawCode: workflow.rawCode,
    bundleHash: workflow.bundleHash,
    parameters: workflow.parameters,
    tag: task.tag ?? workflow.tag,
    createdBy: workflow.createdBy,
    permissionedAs: workflow.permissionedAs,
    email: workflow.email,
    scopes: workflow.scopes,
    createdAt: now,
    scheduledFor: now,
    parentJob: workflow.id,
    rootJob: workflow.rootJob ?? workflow.id,
    triggerKind: null,
    visibleToOwner: workflow.visibleToOwner,
    timeoutS: task.timeout ?? workflow.timeoutS,
    rerunOnCrash: workflow.rerunOnCrash,
    isolation: workflow.isolation,
    worker: null,
    tokenHash: null,
    workflowKey: task.key,
    ...(task.priority ? { priority: task.priority } : {}),
  };
}

async function otherJob(
  deps: TasksDeps,
  call: Call,
  { workflow, task }: { workflow: ClaimedJob; task: Task },
): Promise<NewJob> {
  const isFlow = task.dispatch_type === 'flow';
  const path = isFlow ? task.script : scriptPathOf(task.script, workflow.path);
  await assertMayRun(deps, call, { kind: isFlow ? 'flows' : 'scripts', path });
  const push = await (isFlow ? deps.pushFlow : deps.pushScript)(call, path, {
    args: task.args,
    parentJob: workflow.id,
    rootJob: workflow.rootJob ?? workflow.id,
    invisibleToOwner: !workflow.visibleToOwner,
    ...(task.timeout ? { timeout: task.timeout } : {}),
    ...(task.tag ? { tag: task.tag } : {}),
  });
  return queued(push, deps.now(), task);
}

/** The row of a task. `callOf`: a call with the workflow's rights. */
export async function taskJob(
  deps: TasksDeps,
  { workflow, task, callOf }: { workflow: ClaimedJob; task: Task; callOf: () => Promise<Call> },
): Promise<NewJob> {
  try {
    assertOptions(task);
    if (task.dispatch_type === 'inline') return inlineJob(workflow, task, deps.now());
    return await otherJob(deps, await callOf(), { workflow, task });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    return {
      ...inlineJob(workflow, task, deps.now()),
      finished: true,
      success: false,
      resultJson: errorResult('TaskNotStarted', `${messageOf(error)}${hint}`),
    };
  }
}
