// What a flow says: OpenFlow's modules as far as the engine acts on them. Unknown fields are kept
// as they came. Reading a value checks its shape; what it means is checked in `validate.ts`.
import { z } from 'zod';
import { runPolicy } from '../scripts/index.ts';

export type Transform =
  | { type: 'static'; value?: unknown }
  | { type: 'javascript'; expr: string }
  | { type: 'ai' };

export type Transforms = Readonly<Record<string, Transform>>;

export interface Retry {
  constant?: { attempts?: number; seconds?: number } | null;
  exponential?: {
    attempts?: number;
    multiplier?: number;
    seconds?: number;
    random_factor?: number | null;
  } | null;
  retry_if?: { expr: string } | null;
}

export interface StopAfterIf {
  expr: string;
  skip_if_stopped?: boolean;
  error_message?: string | null;
  error_include_result?: boolean;
}

export interface Suspend {
  required_events?: number;
  timeout?: number;
  continue_on_disapprove_timeout?: boolean;
  self_approval_disabled?: boolean;
  user_auth_required?: boolean;
  user_groups_required?: Transform | null;
  resume_form?: { schema?: Record<string, unknown> | null } | null;
  hide_cancel?: boolean;
}

export interface Branch {
  summary?: string;
  expr?: string;
  skip_failure?: boolean;
  modules: FlowModule[];
}

export type ModuleValue =
  | {
      type: 'rawscript';
      content: string;
      language: string;
      input_transforms?: Transforms;
      path?: string | null;
      lock?: string | null;
      tag?: string | null;
      concurrent_limit?: number | null;
      concurrency_time_window_s?: number | null;
      custom_concurrency_key?: string | null;
    }
  | {
      type: 'script';
      path: string;
      hash?: string | null;
      input_transforms?: Transforms;
      tag_override?: string | null;
    }
  | { type: 'flow'; path: string; input_transforms?: Transforms; tag_override?: string | null }
  | {
      type: 'forloopflow';
      iterator: Transform;
      modules: FlowModule[];
      skip_failures?: boolean;
      parallel?: boolean;
      parallelism?: Transform | number | null;
      /** Holds by itself: a serial loop stays in one warm process. */
      squash?: boolean | null;
    }
  | {
      type: 'whileloopflow';
      modules: FlowModule[];
      skip_failures?: boolean;
      parallel?: boolean | null;
    }
  | { type: 'branchone'; branches: Branch[]; default: FlowModule[] }
  | { type: 'branchall'; branches: Branch[]; parallel?: boolean }
  | { type: 'aiagent'; input_transforms?: Transforms; tools?: AgentTool[] }
  | { type: 'identity' };

/** A tool of an agent: a step that the model may call, or the tools of an MCP server. */
export type AgentTool =
  | (FlowModule & { value: { tool_type?: 'flowmodule' } })
  | {
      id: string;
      summary?: string;
      value: {
        tool_type: 'mcp';
        resource_path: string;
        include_tools?: string[] | null;
        exclude_tools?: string[] | null;
      };
    };

export interface FlowModule {
  id: string;
  value: ModuleValue;
  summary?: string;
  description?: string;
  stop_after_if?: StopAfterIf | null;
  stop_after_all_iters_if?: StopAfterIf | null;
  skip_if?: { expr: string } | null;
  sleep?: Transform | number | null;
  timeout?: Transform | number | null;
  retry?: Retry | null;
  continue_on_error?: boolean | null;
  mock?: { enabled?: boolean; return_value?: unknown } | null;
  suspend?: Suspend | null;
  cache_ttl?: number | null;
  priority?: number | null;
  delete_after_secs?: number | null;
  debouncing?: { debounce_delay_s?: number | null } | null;
}

export interface FlowValue {
  modules: FlowModule[];
  failure_module?: FlowModule | null;
  preprocessor_module?: FlowModule | null;
  early_return?: string | null;
  skip_expr?: string | null;
  same_worker?: boolean | null;
  preserve_step_tags?: boolean | null;
  cache_ttl?: number | null;
  priority?: number | null;
  flow_env?: Record<string, unknown> | null;
}

const text = (max: number) => z.string().max(max);
const expression = text(100_000);
const transform = z
  .union([
    z.looseObject({
      type: z.literal('static'),
      value: z.unknown().optional().describe('may be "$res:<path>" or "$var:<path>"'),
    }),
    z.looseObject({
      type: z.literal('javascript'),
      expr: expression.describe(
        'over flow_input, results.<id>, previous_result, resource(path), …',
      ),
    }),
    z.looseObject({ type: z.literal('ai').describe('an agent’s model fills it in') }),
  ])
  .meta({ id: 'InputTransform' });
const transforms = z.record(text(200), transform).optional().describe('inputs of main, by name');
const amount = z.union([z.number(), transform]).nullish();
const condition = z.looseObject({ expr: expression }).nullish();
const stop = z
  .looseObject({
    expr: expression.describe('over result, and all that inputs see'),
    skip_if_stopped: z.boolean().nullish().describe('the flow then counts as skipped'),
    error_message: text(10_000).nullish().describe('the flow then fails with this message'),
    error_include_result: z.boolean().nullish().describe('with the result in the error'),
  })
  .meta({ id: 'StopAfterIf' })
  .nullish();

const moduleList = z.array(z.lazy((): z.ZodType => flowModuleObject)).max(10_000);
const branch = z.looseObject({ modules: moduleList, skip_failure: z.boolean().nullish() });

const rawscript = z.looseObject({
  type: z.literal('rawscript'),
  content: text(4_000_000),
  language: text(50),
  input_transforms: transforms,
  lock: text(4_000_000).nullish(),
  tag: text(100).nullish(),
  concurrent_limit: runPolicy.shape.concurrent_limit,
  concurrency_time_window_s: runPolicy.shape.concurrency_time_window_s,
  custom_concurrency_key: runPolicy.shape.concurrency_key,
});
const script = z.looseObject({
  type: z.literal('script'),
  path: text(500),
  hash: text(16).nullish(),
  input_transforms: transforms,
  tag_override: text(100).nullish(),
});
const flow = z.looseObject({
  type: z.literal('flow'),
  path: text(500),
  input_transforms: transforms,
  tag_override: text(100).nullish(),
});

/** Providers take such names alone. */
const toolName = text(64).regex(/^[A-Za-z0-9_]+$/, 'a tool is named by letters, digits and _');
const names = z.array(text(200)).max(1000).nullish();
const agentTool = z.union([
  z.looseObject({
    id: text(100),
    value: z.looseObject({
      tool_type: z.literal('mcp'),
      resource_path: text(500),
      include_tools: names,
      exclude_tools: names,
    }),
  }),
  z.looseObject({
    id: text(100),
    summary: toolName,
    description: text(10_000).nullish(),
    value: z.discriminatedUnion('type', [rawscript, script, flow]),
  }),
]);

const moduleValues = [
  rawscript,
  script,
  flow,
  z.looseObject({
    type: z.literal('aiagent'),
    input_transforms: transforms,
    tools: z.array(agentTool).max(200).default([]),
  }),
  z.looseObject({
    type: z.literal('forloopflow'),
    iterator: transform.describe('a list; its items are flow_input.iter.value'),
    modules: moduleList,
    skip_failures: z.boolean().nullish().describe('an error is the result of its iteration'),
    parallel: z.boolean().nullish(),
    parallelism: amount.describe('how many at a time; all when absent'),
    squash: z.boolean().nullish(),
  }),
  z.looseObject({
    type: z.literal('whileloopflow'),
    modules: moduleList,
    skip_failures: z.boolean().nullish(),
    parallel: z.boolean().nullish(),
  }),
  z.looseObject({
    type: z.literal('branchone'),
    branches: z.array(branch.extend({ expr: expression })).max(1000),
    default: moduleList.default([]),
  }),
  z.looseObject({
    type: z.literal('branchall'),
    branches: z.array(branch).max(1000),
    parallel: z.boolean().nullish(),
  }),
  z.looseObject({ type: z.literal('identity').describe('gives on what it gets') }),
] as const;
const moduleValue = z.discriminatedUnion('type', moduleValues).meta({ id: 'FlowModuleValue' });

const attempts = z.looseObject({
  attempts: z.int().min(0).max(10_000).nullish(),
  seconds: z.number().min(0).max(604_800).nullish(),
});

/** Seconds, a year at most; 0 keeps nothing. */
const cacheTtl = z
  .number()
  .min(0)
  .max(31_536_000)
  .nullish()
  .describe('seconds in which the same input gives the same result again');
const priority = z.int().min(0).max(100).nullish().describe('higher ones run first');

/** Ten years. */
const longestWaitS = 315_360_000;

const flowModuleObject = z
  .looseObject({
    id: text(100).describe('letters, digits and _; one of its kind in the flow'),
    value: moduleValue.describe('what the step does'),
    summary: text(10_000).nullish().describe('what people read'),
    stop_after_if: stop.describe('ends the flow after this step, or the loop around it'),
    stop_after_all_iters_if: stop.describe('ends the flow when the loop or branches are over'),
    skip_if: condition.describe('gives on what the step before gave'),
    sleep: amount.describe('seconds between this step and the next'),
    timeout: amount.describe('seconds that the step may take'),
    retry: z
      .looseObject({
        constant: attempts.nullish(),
        exponential: attempts.nullish(),
        retry_if: condition.describe('over error and result'),
      })
      .nullish()
      .describe('tries after a failure: the constant ones, then the exponential ones'),
    continue_on_error: z.boolean().nullish().describe('the error is the result of the step'),
    mock: z
      .looseObject({ enabled: z.boolean().nullish(), return_value: z.unknown().optional() })
      .nullish()
      .describe('stands in for the step'),
    cache_ttl: cacheTtl,
    priority,
    delete_after_secs: z.number().nullish().describe('refused: not for single steps'),
    debouncing: z
      .looseObject({ debounce_delay_s: z.number().nullish() })
      .nullish()
      .describe('refused: not for single steps'),
    suspend: z
      .looseObject({
        required_events: z.int().min(0).max(1000).nullish(),
        timeout: z.number().min(0).max(longestWaitS).nullish(),
        continue_on_disapprove_timeout: z.boolean().nullish(),
        self_approval_disabled: z.boolean().nullish(),
        user_auth_required: z.boolean().nullish(),
        user_groups_required: transform.nullish(),
        resume_form: z.looseObject({ schema: z.looseObject({}).nullish() }).nullish(),
        hide_cancel: z.boolean().nullish(),
      })
      .nullish()
      .describe('waits for answers of people after the step'),
  })
  .meta({ id: 'FlowModule' });
const flowModule: z.ZodType = z.lazy(() => flowModuleObject);

/** A flow's value as it comes in; fields that the engine does not know are kept. */
export const flowValue = z
  .looseObject({
    ...runPolicy.shape,
    modules: moduleList.describe('the steps, in order'),
    failure_module: flowModule.nullish().describe('runs when the flow fails; its id is failure'),
    preprocessor_module: flowModule
      .nullish()
      .describe('makes flow_input of the event of a trigger; its id is preprocessor'),
    early_return: text(1000).nullish().describe('id of the step whose result answers callers'),
    skip_expr: expression.nullish().describe('when it holds, the flow does not run'),
    cache_ttl: cacheTtl,
    priority,
    preserve_step_tags: z
      .boolean()
      .nullish()
      .describe('code in the flow keeps its own tags beside the tag of the flow'),
    same_worker: z.boolean().nullish().describe('refused when true: steps share no folder'),
    flow_env: z.record(z.string(), z.unknown()).nullish().describe('values for all expressions'),
  })
  .describe('OpenFlow: modules[] with id and value; see the flow chapter of the documentation');

const isModule = (tool: AgentTool): tool is FlowModule => tool.value.tool_type !== 'mcp';

/** The lists of modules directly inside `module`, each with its place. */
function innerLists(module: FlowModule): { place: string; modules: FlowModule[] }[] {
  const { id, value } = module;
  switch (value.type) {
    case 'forloopflow':
    case 'whileloopflow':
      return [{ place: `${id}/loop`, modules: value.modules }];
    case 'branchone':
      return [
        ...value.branches.map((each, n) => ({ place: `${id}/${n}`, modules: each.modules })),
        { place: `${id}/default`, modules: value.default },
      ];
    case 'branchall':
      return value.branches.map((each, n) => ({ place: `${id}/${n}`, modules: each.modules }));
    case 'aiagent':
      return [{ place: `${id}/agent`, modules: (value.tools ?? []).filter(isModule) }];
    default:
      return [];
  }
}

/** Every module of the flow, inner ones too, in reading order. */
export function allModules(value: FlowValue): FlowModule[] {
  const found: FlowModule[] = [];
  const visit = (modules: readonly FlowModule[]): void => {
    for (const module of modules) {
      found.push(module);
      for (const inner of innerLists(module)) visit(inner.modules);
    }
  };
  visit(value.modules);
  for (const extra of [value.preprocessor_module, value.failure_module]) {
    if (extra) visit([extra]);
  }
  return found;
}

/** The modules that stand at `place` (`loop_id/loop`, `branch_id/1`); undefined when none do. */
export function modulesAt(value: FlowValue, place: string): FlowModule[] | undefined {
  for (const module of allModules(value)) {
    const inner = innerLists(module).find((list) => list.place === place);
    if (inner) return inner.modules;
  }
  return undefined;
}

/**
 * A body of one plain step runs as a direct child of the flow, without a sub-flow around it.
 * Steps of such a body have no `results` (Windmill's behaviour too).
 */
export function isSimpleBody(modules: readonly FlowModule[]): boolean {
  const [only] = modules;
  if (modules.length !== 1 || !only) return false;
  const plain = ['script', 'rawscript', 'flow', 'identity'].includes(only.value.type);
  const features = [only.skip_if, only.sleep, only.retry, only.suspend, only.mock, only.cache_ttl];
  return plain && !only.continue_on_error && !only.priority && features.every((each) => !each);
}
