// Runs a flow again from one of its steps: the state of a new run that keeps what an earlier one
// did before that step.
import { AppError } from '../../base/index.ts';
import type { FlowPushes } from '../jobs/index.ts';
import { toleratesFailure } from './machine.ts';
import type { FlowRun, Runs } from './runs.ts';
import { type FlowState, initialState, jobsOf, type ModuleStatus } from './state.ts';
import { type FlowModule, type FlowValue, isSimpleBody } from './value.ts';

type RestartPoint = Parameters<FlowPushes['restart']>[1];

const wrong = (message: string, hint: string): AppError =>
  new AppError('invalid_input', message, { hint });

const gone = (): AppError =>
  new AppError('gone', 'Results of that run are not stored any more.', {
    hint: 'Run the flow again from its beginning.',
  });

/** The step in the modules that will run. Throws `invalid_input` with the ids that there are. */
function stepOf(modules: readonly FlowModule[], id: string): number {
  const step = modules.findIndex((module) => module.id === id);
  if (step >= 0) return step;
  const ids = modules.map((module) => module.id).join(', ');
  throw wrong(`There is no step ${id} there.`, `It has ${ids === '' ? 'none' : ids}.`);
}

/** What the old run did for each step before; throws for one that it never finished. */
function finishedBefore(old: FlowRun, modules: readonly FlowModule[]): ModuleStatus[] {
  return modules.map(({ id, continue_on_error: goesOn }) => {
    const status = old.state.status.modules.find((each) => each.id === id);
    const over = status?.type === 'Success' || (status?.type === 'Failure' && goesOn === true);
    if (status && over) return status;
    throw wrong(`The step ${id} did not end well in that run.`, 'Restart there, or earlier.');
  });
}

/** The iterations or branches before `index` that the old run has done. */
function keptBefore(old: FlowRun, module: FlowModule, index: number): FlowState['kept'] {
  const { value, id } = module;
  const many = ['forloopflow', 'whileloopflow', 'branchall'].includes(value.type);
  if (!many) {
    throw wrong(`The step ${id} has no iterations or branches.`, 'Leave the number out.');
  }
  const status = old.state.status.modules.find((each) => each.id === id);
  const jobs = (status?.flow_jobs ?? []).slice(0, index);
  const successes = (status?.flow_jobs_success ?? []).slice(0, index);
  const broken = successes.findIndex(
    (success, n) => success === null || (!success && !toleratesFailure(module, n)),
  );
  if (jobs.length === index && broken < 0) return { jobs, successes };
  const good = broken < 0 ? jobs.length : broken;
  throw wrong(
    `The step ${id} has not ended ${index} of them well in that run.`,
    `Give a number from 0 to ${good}.`,
  );
}

/** Throws `gone` when a result that the new run builds on is not stored any more. */
async function assertStored(runs: Runs, old: FlowRun, jobs: readonly string[]): Promise<void> {
  const results = await runs.results(old, jobs);
  if (jobs.every((job) => results.has(job))) return;
  throw gone();
}

type Points = readonly { stepId: string; index?: number | undefined }[];

interface Body {
  job: string | undefined;
  modules: readonly FlowModule[];
  /** Of a branchone: the one that it took. */
  branch?: number | 'default';
}

/** The modules of an iteration or a branch of the old run, with its job. */
function bodyOf(old: FlowRun, { id, value }: FlowModule, index: number): Body {
  const status = old.state.status.modules.find((each) => each.id === id);
  if (value.type === 'branchone') {
    const chosen = status?.branch_chosen;
    const branch = chosen?.type === 'branch' ? chosen.branch : 'default';
    const modules = branch === 'default' ? value.default : value.branches[branch]?.modules;
    return { job: chosen && status.job, modules: modules ?? [], branch };
  }
  const job = status?.flow_jobs?.[index];
  if (value.type === 'branchall') return { job, modules: value.branches[index]?.modules ?? [] };
  if (value.type === 'forloopflow' || value.type === 'whileloopflow') {
    return { job, modules: value.modules };
  }
  throw wrong(`The step ${id} has no iterations or branches.`, 'End the nested path there.');
}

/** Where a run goes on inside an iteration or a branch of `module`. */
async function insideOf(
  runs: Runs,
  old: FlowRun,
  { module, index, points }: { module: FlowModule; index: number; points: Points },
): Promise<FlowState['inside']> {
  const { job, modules, branch } = bodyOf(old, module, index);
  if (job === undefined) {
    throw wrong(`The step ${module.id} did not come there in that run.`, 'Restart at the step.');
  }
  const taken = branch === undefined ? {} : { branch };
  const inner = await runs.read(job);
  if (inner) return { ...taken, state: await stateFrom(runs, inner, { modules, points }) };
  if (!isSimpleBody(modules)) throw gone();
  // A body of one step has no run of its own: to begin there is to begin the whole.
  const step = modules[stepOf(modules, points[0]?.stepId ?? '')];
  if (points.length > 1 || points[0]?.index !== undefined) {
    throw wrong(
      `The step ${step?.id} has no iterations or branches.`,
      'End the nested path there.',
    );
  }
  return taken;
}

/** The first state of a run of `modules` from the first point on; inside it from the next one. */
async function stateFrom(
  runs: Runs,
  old: FlowRun,
  { modules, points: [point, ...points] }: { modules: readonly FlowModule[]; points: Points },
): Promise<FlowState> {
  const step = stepOf(modules, point?.stepId ?? '');
  const before = finishedBefore(old, modules.slice(0, step));
  const { index = 0 } = point ?? {};
  const module = modules[step] as FlowModule;
  const kept =
    index > 0 && module.value.type !== 'branchone' ? keptBefore(old, module, index) : undefined;
  await assertStored(runs, old, [...before.flatMap(jobsOf), ...(kept?.jobs ?? [])]);
  const inside =
    points.length > 0 ? await insideOf(runs, old, { module, index, points }) : undefined;
  const { status, ...state } = initialState(modules);
  const number = point?.index === undefined ? {} : { branch_or_iteration_n: point.index };
  const { unanswered } = old.state;
  return {
    ...state,
    ...(kept ? { kept } : {}),
    ...(inside ? { inside } : {}),
    ...(unanswered ? { unanswered } : {}),
    lineage: [...(old.state.lineage ?? []), old.row.id],
    status: {
      ...status,
      step,
      modules: status.modules.map((waiting, n) => before[n] ?? waiting),
      restarted_from: { flow_job_id: old.row.id, step_id: module.id, ...number },
    },
  };
}

/** The first state of a run of `value` from that point on. */
export function restartedState(
  runs: Runs,
  old: FlowRun,
  { value, point }: { value: FlowValue; point: RestartPoint },
): Promise<FlowState> {
  const { modules, same_worker: shares } = value;
  const { stepId, index, nested = [] } = point;
  const first = modules[0]?.id;
  if (shares && (stepId !== first || (index ?? 0) > 0 || nested.length > 0)) {
    throw wrong('The shared folder of that run is gone.', `Restart at the first step, ${first}.`);
  }
  return stateFrom(runs, old, { modules, points: [{ stepId, index }, ...nested] });
}
