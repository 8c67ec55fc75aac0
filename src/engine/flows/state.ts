// The state of a flow run: Windmill's `flow_status`, which people see, and what only the engine
// needs. It is one json value in the flow's row. No I/O.
import type { FlowModule } from './value.ts';

export interface ModuleStatus {
  type:
    | 'WaitingForPriorSteps'
    | 'WaitingForEvents'
    | 'WaitingForExecutor'
    | 'InProgress'
    | 'Success'
    | 'Failure';
  id: string;
  job?: string;
  /** Events that an approval still waits for. */
  count?: number;
  iterator?: { index: number; itered_len: number };
  /** Only of loops and branchall: Windmill's command line takes null for a loop too. */
  flow_jobs?: string[];
  flow_jobs_success?: (boolean | null)[];
  branch_chosen?: { type: 'branch'; branch: number } | { type: 'default' };
  branchall?: { branch: number; len: number };
  approvers?: { resume_id: number; approver: string | null }[];
  failed_retries?: string[];
  skipped?: boolean;
  /** Of an agent's tool: the id of the model's call. */
  call?: string;
}

export interface FlowStatus {
  /** The step that runs; the number of modules when all are done. */
  step: number;
  modules: ModuleStatus[];
  failure_module: ModuleStatus & { parent_module?: string };
  preprocessor_module?: ModuleStatus;
  retry: { fail_count: number; failed_jobs: string[] };
  user_states?: Record<string, unknown>;
  /** Of a run that goes on where another one stood. */
  restarted_from?: { flow_job_id: string; step_id: string; branch_or_iteration_n?: number };
}

/** An error of the flow itself, not of one of its jobs. */
export interface NamedError {
  name: string;
  message: string;
  /** The step whose result is told with it. */
  resultOf?: number;
}

export interface FlowState {
  status: FlowStatus;
  /** How the run ends once the failure module is done. */
  failing?: { job: string; error?: NamedError };
  /** How many flows stand around this one. */
  depth?: number;
  /** A step stopped the flow early; its own flow breaks its loop then. */
  stopped?: boolean;
  /** While a step waits for answers: until when, in epoch milliseconds, and from which groups. */
  waiting?: { until: number; groups?: readonly string[] };
  /** Of a flow with `early_return`: what its caller is told before it is over. */
  early?: { success: boolean; result: unknown } | null;
  /** Ids of steps that nobody answered in time, where the flow went on. */
  unanswered?: readonly string[];
  /** What a restarted loop keeps of its earlier iterations, until it begins. */
  kept?: { jobs: string[]; successes: (boolean | null)[] };
  /**
   * Of a run that was restarted inside a step, until that begins: the branch that it takes, and the
   * first state of the iteration or branch where it goes on.
   */
  inside?: { branch?: number | 'default'; state?: FlowState };
  /** The runs that this one was restarted from: their answers still stand. */
  lineage?: readonly string[];
}

/** A version of a flow in the form of the versions of scripts. */
export const flowHash = (version: number): string => version.toString(16).padStart(16, '0');

/** The state before the first step. */
export function initialState(
  modules: readonly Pick<FlowModule, 'id'>[],
  { preprocessor = false, early = false }: { preprocessor?: boolean; early?: boolean } = {},
): FlowState {
  const waiting = (id: string): ModuleStatus => ({ type: 'WaitingForPriorSteps', id });
  return {
    status: {
      step: 0,
      modules: modules.map((module) => waiting(module.id)),
      failure_module: waiting('failure'),
      ...(preprocessor ? { preprocessor_module: waiting('preprocessor') } : {}),
      retry: { fail_count: 0, failed_jobs: [] },
    },
    ...(early ? { early: null } : {}),
  };
}

/** Every child job that the step has had, in order; retried ones are left out. */
export function jobsOf(status: ModuleStatus): string[] {
  if (status.flow_jobs) return status.flow_jobs;
  return status.job === undefined ? [] : [status.job];
}

/** What a flow that waits for answers lacks, and when to look at it again. */
export function waitOf({ status, waiting }: FlowState): { suspend?: number; wakeAt?: number } {
  const own = status.modules[status.step];
  if (!waiting || own?.type !== 'WaitingForEvents') return {};
  return { suspend: own.count ?? 0, wakeAt: waiting.until };
}

/** The children that were started and are not known to be over. */
export function openJobs({ status }: FlowState): string[] {
  const all = [...status.modules, status.failure_module];
  if (status.preprocessor_module) all.push(status.preprocessor_module);
  return all
    .filter((each) => each.type === 'InProgress')
    .flatMap((each) =>
      each.flow_jobs
        ? each.flow_jobs.filter((_, n) => (each.flow_jobs_success?.[n] ?? null) === null)
        : jobsOf(each),
    );
}
