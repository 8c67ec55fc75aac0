// Runs a flow again from one of its steps: the state of a new run that keeps what an earlier one
// did before that step.
import { AppError } from '../../base/index.ts';
import type { FlowPushes } from '../jobs/index.ts';
import { toleratesFailure } from './machine.ts';
import type { FlowRun, Runs } from './runs.ts';
import { type FlowState, initialState, jobsOf, type ModuleStatus } from './state.ts';
import type { FlowModule, FlowValue } from './value.ts';

type RestartPoint = Parameters<FlowPushes['restart']>[1];

const wrong = (message: string, hint: string): AppError =>
  new AppError('invalid_input', message, { hint });

/** The step in the modules that will run. Throws `invalid_input` with the ids that there are. */
function stepOf(modules: readonly FlowModule[], id: string): number {
  const step = modules.findIndex((module) => module.id === id);
  if (step >= 0) return step;
  const ids = modules.map((module) => module.id).join(', ');
  throw wrong(`The flow has no step ${id} at its top.`, `It has ${ids === '' ? 'none' : ids}.`);
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
  throw new AppError('gone', 'Results of that run are not stored any more.', {
    hint: 'Run the flow again from its beginning.',
  });
}

/** The first state of a run of `value` from that point on. */
export async function restartedState(
  runs: Runs,
  old: FlowRun,
  { value, point }: { value: FlowValue; point: RestartPoint },
): Promise<FlowState> {
  const { modules } = value;
  const step = stepOf(modules, point.stepId);
  const before = finishedBefore(old, modules.slice(0, step));
  const { index = 0 } = point;
  if (value.same_worker && (step > 0 || index > 0)) {
    const first = modules[0]?.id;
    throw wrong('The shared folder of that run is gone.', `Restart at the first step, ${first}.`);
  }
  const module = modules[step] as FlowModule;
  const kept = index > 0 ? keptBefore(old, module, index) : undefined;
  await assertStored(runs, old, [...before.flatMap(jobsOf), ...(kept?.jobs ?? [])]);
  const { status, ...state } = initialState(modules);
  const number = point.index === undefined ? {} : { branch_or_iteration_n: point.index };
  const { unanswered } = old.state;
  return {
    ...state,
    ...(kept ? { kept } : {}),
    ...(unanswered ? { unanswered } : {}),
    lineage: [...(old.state.lineage ?? []), old.row.id],
    status: {
      ...status,
      step,
      modules: status.modules.map((waiting, n) => before[n] ?? waiting),
      restarted_from: { flow_job_id: old.row.id, step_id: point.stepId, ...number },
    },
  };
}
