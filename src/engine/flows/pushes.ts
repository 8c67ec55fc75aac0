// What starting a flow puts into the queue: a row with its first state. Its steps follow.
import { AppError, notFound } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import { type FlowPushes, pushOf, type RunCode, type RunOptions } from '../jobs/index.ts';
import { actorOf, type OnBehalf, onBehalfIn, policyOf } from '../scripts/index.ts';
import type { Flows } from './flows.ts';
import { restartedState } from './restart.ts';
import type { FlowRun, FlowSource, Runs } from './runs.ts';
import { resultOfStep } from './scope.ts';
import { stepFlow } from './single-step.ts';
import { flowHash, initialState } from './state.ts';
import { flowTag } from './tags.ts';
import { parseFlow } from './validate.ts';

type AgainRow = Parameters<FlowPushes['again']>[1];

export interface PushesDeps {
  flows: Pick<Flows, 'runnable' | 'prepare' | 'getVersion'>;
  runs: Runs;
  now: () => number;
}

type Start = Pick<RunCode, 'kind' | 'path'> & {
  version: number | null;
  source: FlowSource;
  /** Of the deployed flow: it goes on to the steps. */
  tag?: string | null;
  /** Of a flow that may run on behalf of somebody. */
  item?: OnBehalf;
};

function codeOf(start: Start, preprocessor: boolean): RunCode {
  const { kind, path, version, source, tag, item } = start;
  const { modules, early_return: earlyReturn } = source.value;
  return {
    ...(item ? actorOf(item) : {}),
    kind,
    path,
    hash: version === null ? null : flowHash(version),
    language: null,
    rawCode: null,
    bundleHash: null,
    parameters: [],
    isolation: 'warm',
    tag: tag || flowTag,
    timeoutS: null,
    rerunOnCrash: true,
    flowVersion: version,
    rawFlow: version === null ? source : null,
    flowState: initialState(modules, { preprocessor, early: Boolean(earlyReturn) }),
    policy: policyOf({ ...source.extra, ...source.value }),
  };
}

/** What the steps of an earlier run gave, by id. */
async function resultsOf(runs: Runs, run: FlowRun): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const [step, { id, type }] of run.state.status.modules.entries()) {
    if (type === 'Success') results[id] = JSON.parse(await resultOfStep(runs, run, step));
  }
  return results;
}

export function createFlowPushes(deps: PushesDeps): FlowPushes {
  const push = (call: Call, start: Start, options: RunOptions) => {
    const { event, ...rest } = options;
    const preprocessor = event !== undefined && Boolean(start.source.value.preprocessor_module);
    const args = preprocessor ? { event } : options.args;
    const code = codeOf(start, preprocessor);
    return pushOf(deps, call, { code, options: { ...rest, args } });
  };

  async function byPath(call: Call, path: string, options: RunOptions) {
    const found = await deps.flows.runnable(workspaceOf(call), path);
    if (!found) throw notFound('flow', path);
    const { version, tag } = found;
    return push(call, { kind: 'flow', path, version, source: found, tag, item: found }, options);
  }

  async function byVersion(call: Call, version: number, options: RunOptions) {
    const { path, extraPerms, extra, tag } = await deps.flows.getVersion(call, version);
    const ask = { action: 'jobs:run', risk: 'write' } as const;
    const verdict = authorise(call.caller, ask, { kind: 'flows', path, extraPerms });
    if (!verdict.allowed) throw verdict.error;
    const source = await deps.runs.versionOf(version);
    const item = onBehalfIn(extra);
    return push(call, { kind: 'flow', path, version, source, tag, item }, options);
  }

  async function previewAgain(call: Call, row: AgainRow, options: RunOptions) {
    const { kind } = row;
    if ((kind !== 'flowpreview' && kind !== 'singlestepflow') || !row.rawFlow) return undefined;
    const { value } = row.rawFlow;
    const said = { value, path: 'preview', allowMissing: false };
    const source = await deps.flows.prepare(call, said);
    return push(call, { kind, path: row.path, version: null, source }, options);
  }

  return {
    byPath,
    byVersion,
    async preview(call, { value, path, localScripts, ...options }) {
      const said = { value, path: path ?? 'preview', allowMissing: false, localScripts };
      const source = await deps.flows.prepare(call, said);
      const start = { kind: 'flowpreview', path: path ?? null, version: null, source } as const;
      return push(call, start, options);
    },
    async restart(call, point) {
      const old = await deps.runs.read(point.id);
      if (!old || old.row.flowNode !== null || old.row.workspace !== workspaceOf(call)) {
        throw new AppError('invalid_input', `The job ${point.id} is no run of a flow.`, {
          hint: 'Give the id of the flow’s own job, not of a step.',
        });
      }
      const { row } = old;
      if (!row.finished) {
        throw new AppError('conflict', `The job ${point.id} still runs.`, {
          hint: 'Wait for its end, or cancel it first.',
        });
      }
      const version = point.flowVersion ?? row.flowVersion;
      const tag = row.tag === flowTag ? undefined : row.tag;
      const options = { args: row.args, invisibleToOwner: !row.visibleToOwner, tag };
      const made =
        version === null
          ? await previewAgain(
              call,
              { ...row, rawFlow: row.rawFlow as AgainRow['rawFlow'] },
              options,
            )
          : await byVersion(call, version, options);
      if (!made || made.path !== row.path) {
        throw new AppError('invalid_input', 'This version belongs to another flow.');
      }
      const source = version === null ? made.rawFlow : await deps.runs.versionOf(version);
      const { value } = source as FlowSource;
      return { ...made, flowState: await restartedState(deps.runs, old, { value, point }) };
    },
    async previewStep(call, { value: given, step, args, results, flowInput, fromJob, path }) {
      const flow = parseFlow(given);
      const earlier = fromJob === undefined ? undefined : await deps.runs.read(fromJob);
      const known = earlier ? await resultsOf(deps.runs, earlier) : {};
      const wanted = { step, args, results: { ...known, ...results } };
      const value = stepFlow(flow, wanted) as unknown as Record<string, unknown>;
      const said = { value, path: path ?? 'preview', allowMissing: false };
      const source = await deps.flows.prepare(call, said);
      const start = { kind: 'flowpreview', path: path ?? null, version: null, source } as const;
      const input = flowInput ?? earlier?.row.args ?? {};
      return push(call, start, { args: input, invisibleToOwner: false });
    },
    async again(call, row, options) {
      if (row.kind === 'flow' && row.flowVersion !== null) {
        return byVersion(call, row.flowVersion, options);
      }
      return previewAgain(call, row, options);
    },
  };
}
