// What a request to an HTTP route starts when more than its target is to run: again after a
// failure, or a handler. Then, and for streams, the job knows its route, which asks for the end.
import { AppError, notFound } from '../../base/index.ts';
import { type Call, systemCall, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { FlowEngine } from '../flows/index.ts';
import type { createQueue, FlowPushes, Jobs, RunOptions } from '../jobs/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { handlerTarget, type SchedulePushes, staticInputs } from '../schedules/index.ts';
import type { HttpTrigger } from './http-trigger.ts';
import { selectRouteJob } from './http-triggers.sql.ts';

type Json = Record<string, unknown>;
type Push = Awaited<ReturnType<FlowPushes['byPath']>>;

export interface RouteRunsDeps {
  db: Database;
  pushes: Pick<SchedulePushes, 'assertMayRun'>;
  scripts: Pick<Scripts, 'runnable'>;
  jobs: Pick<Jobs, 'pushes' | 'wait'>;
  flowEngine: {
    pushes: Pick<FlowPushes, 'byPath' | 'preview'>;
    flows: Pick<FlowEngine['flows'], 'runnable'>;
  };
  queue: Pick<ReturnType<typeof createQueue>, 'push'>;
  get: (call: Call, path: string) => Promise<HttpTrigger>;
}

/** What a request brings. */
export interface RouteRun {
  /** Path of the route. */
  trigger: string;
  /** What it runs; another answer than the route's is refused. */
  path: string;
  isFlow: boolean;
  args: Json;
  event: Json;
}

/** The script or flow as the one step of a flow, whose failure module is the handler. */
function wrapped(trigger: HttpTrigger, inputs: Json): Json {
  const { path, scriptPath, isFlow, retry, errorHandlerPath, errorHandlerArgs } = trigger;
  const type = isFlow ? 'flow' : 'script';
  const value = { type, path: scriptPath, input_transforms: staticInputs(inputs) };
  const run = { id: 'run', value, ...(retry ? { retry } : {}) };
  if (!errorHandlerPath) return { modules: [run] };
  const target = handlerTarget(errorHandlerPath);
  const facts = { path: scriptPath, is_flow: isFlow, trigger_path: path };
  const handler = {
    id: 'failure',
    value: {
      type: target.kind === 'flows' ? 'flow' : 'script',
      path: target.path,
      input_transforms: {
        ...staticInputs({ ...errorHandlerArgs, ...facts }),
        error: { type: 'javascript', expr: 'error' },
      },
    },
  };
  return { modules: [run], failure_module: handler };
}

/** As a step it would lose these: they are for what a request starts itself. */
async function assertMayBeStep(
  deps: RouteRunsDeps,
  call: Call,
  { path, isFlow }: { path: string; isFlow: boolean },
): Promise<void> {
  const workspace = workspaceOf(call);
  const flow = isFlow ? await deps.flowEngine.flows.runnable(workspace, path) : undefined;
  const script = isFlow ? undefined : await deps.scripts.runnable(workspace, path);
  const lost = flow?.value.early_return ? 'an early return' : 'a preprocessor';
  const has = script?.hasPreprocessor || flow?.value.preprocessor_module;
  if (!has && !flow?.value.early_return) return;
  throw new AppError('unprocessable', `${path} has ${lost}, and its route a retry or handler.`, {
    hint: `Take retry and error handler from the route, or ${lost.slice(3)} from ${path}.`,
  });
}

async function pushOf(deps: RouteRunsDeps, call: Call, said: RouteRun): Promise<Push> {
  const trigger = await deps.get(call, said.trigger);
  const { scriptPath: path, isFlow, retry, errorHandlerPath } = trigger;
  if (path !== said.path || isFlow !== said.isFlow) throw notFound('http_trigger', said.trigger);
  const options: RunOptions = { args: said.args, event: said.event, invisibleToOwner: false };
  if (!retry && !errorHandlerPath) {
    const pushes = isFlow ? deps.flowEngine.pushes : deps.jobs.pushes;
    return pushes.byPath(call, path, options);
  }
  await assertMayBeStep(deps, call, { path, isFlow });
  if (errorHandlerPath) await deps.pushes.assertMayRun(call, handlerTarget(errorHandlerPath));
  const wanted = { value: wrapped(trigger, said.args), path, args: said.args };
  const push = await deps.flowEngine.pushes.preview(call, { ...wanted, invisibleToOwner: false });
  return { ...push, kind: 'singlestepflow' };
}

/** Its callers act as the route's owner: nobody else gets at what the route holds. */
function assertRequest({ surface }: Call): void {
  if (surface === 'http') return;
  throw new AppError('forbidden', 'Only a request to the route itself starts this.', {
    hint: 'Send the request below /api/r/, or run the script with jobs.run.',
  });
}

export function createRouteRuns(deps: RouteRunsDeps) {
  return {
    async run(call: Call, said: RouteRun): Promise<{ id: string }> {
      assertRequest(call);
      const push = await pushOf(deps, call, said);
      return { id: await deps.queue.push({ ...push, triggerPath: said.trigger }) };
    },

    /** The result of a job that the route started, waiting for its end. */
    async result(call: Call, { trigger, id, waitMs }: RouteResult) {
      assertRequest(call);
      const workspace = workspaceOf(call);
      const row = await deps.db.row<{ triggerPath: string | null }>(selectRouteJob, [
        id,
        workspace,
      ]);
      if (row?.triggerPath !== trigger) throw notFound('job', id);
      return deps.jobs.wait({ ...systemCall(workspace), signal: call.signal }, id, waitMs);
    },
  };
}

export interface RouteResult {
  trigger: string;
  id: string;
  waitMs?: number | undefined;
}

export type RouteRuns = ReturnType<typeof createRouteRuns>;
