// What a flow says: OpenFlow's modules as far as the engine acts on them. Unknown fields are kept
// as they came. Its shape is checked by `value-schema.ts`, what it means by `validate.ts`.
import type { RunPolicy } from '../scripts/index.ts';

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
  | {
      type: 'aiagent';
      input_transforms?: Transforms;
      tools?: AgentTool[];
      tag?: string | null;
    }
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
    }
  | { id: string; summary?: string; value: { tool_type: 'websearch' } };

/** The step waits for others of its key; the last one runs. */
export type Debouncing = Pick<
  RunPolicy,
  | 'debounce_delay_s'
  | 'debounce_key'
  | 'debounce_args_to_accumulate'
  | 'max_total_debouncing_time'
  | 'max_total_debounces_amount'
>;

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
  debouncing?: Debouncing | null;
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
  'gateway-services'?: unknown;
  gateway_services?: unknown;
}

/** Scripts and flows of Windmill's public collection, which Millrace does not have. */
export const isOfHub = (path: string): boolean => path.startsWith('hub/');

const isModule = (tool: AgentTool): tool is FlowModule =>
  (tool.value.tool_type ?? 'flowmodule') === 'flowmodule';

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
  const { skip_if: skip, sleep, retry, suspend, mock, cache_ttl: cache } = only;
  const wait = only.debouncing?.debounce_delay_s;
  const features = [skip, sleep, retry, suspend, mock, cache, only.delete_after_secs, wait];
  return plain && !only.continue_on_error && !only.priority && features.every((each) => !each);
}
