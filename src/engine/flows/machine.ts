// The rules of a flow run, without I/O: a state and an event give the next state, the children
// to start and, at the end, how it ended. What needs a look at values (conditions, iterators) is
// settled by the executor before, and comes in as facts of the event.
import { retryDelayMs } from './retry.ts';
import type {
  Child,
  EnterFacts,
  EndFacts,
  WaitFacts,
  Answer,
  FlowEvent,
  Decision,
  FlowRules,
} from './rules.ts';
import type { FlowState, ModuleStatus, NamedError } from './state.ts';
import type { FlowModule, StopAfterIf } from './value.ts';

/** Windmill's names. */
export const disapproved = (approver: string): NamedError => ({
  name: 'SuspendedDisapproved',
  message: `Disapproved by ${approver}`,
});
/** The state of a loop holds all its turns. */
const maxTurns = 10_000;
const tooManyTurns: NamedError = {
  name: 'EndlessLoop',
  message: `a while-loop ends after ${maxTurns} turns: nothing in it said stop`,
};

export const timedOut: NamedError = {
  name: 'SuspendedTimedOut',
  message: 'Timed out waiting to be resumed',
};

type Work = { rules: FlowRules; state: FlowState; children: Child[] };

function statusAt(work: Work, step: number): ModuleStatus {
  const found = work.state.status.modules[step];
  if (!found) throw new Error(`a flow has no step ${step}`);
  return found;
}

function moduleAt(work: Work, step: number): FlowModule {
  const found = work.rules.flow.modules[step];
  if (!found) throw new Error(`a flow has no module ${step}`);
  return found;
}

function done(work: Work, rest: Omit<Decision, 'children'> = {}): Decision {
  return { children: work.children, ...rest };
}

function add(work: Work, child: Omit<Child, 'id' | 'delayMs'> & { delayMs?: number }): string {
  const id = work.rules.newId();
  work.children.push({ delayMs: 0, ...child, id });
  return id;
}

function begin(work: Work, step: number): Decision {
  const { status } = work.state;
  status.step = step;
  status.retry = { fail_count: 0, failed_jobs: [] };
  if (step < work.rules.flow.modules.length) return done(work, { enter: step });
  const from = step === 0 ? null : { step: step - 1 };
  return done(work, { end: { success: true, from, skipped: false } });
}

/** Starts a retry, a single job, or an iteration; keeps the bookkeeping of loops. */
function addIteration(
  work: Work,
  step: number,
  how: { index: number; delayMs?: number; inside?: FlowState },
): void {
  const status = statusAt(work, step);
  const { value } = moduleAt(work, step);
  const where = value.type === 'branchall' ? { branch: how.index } : { iteration: how.index };
  const { delayMs = 0, inside } = how;
  const id = add(work, { step, as: 'run', ...where, ...(inside ? { inside } : {}), delayMs });
  (status.flow_jobs ??= []).push(id);
  (status.flow_jobs_success ??= []).push(null);
  status.job = id;
  if (status.iterator) status.iterator.index = how.index;
  if (status.branchall) status.branchall.branch = how.index;
}

/** How many children a loop or branchall has in all; a while-loop has no end of its own. */
function lengthOf(work: Work, step: number): number {
  const { value } = moduleAt(work, step);
  if (value.type === 'branchall') return value.branches.length;
  if (value.type === 'forloopflow') return statusAt(work, step).iterator?.itered_len ?? 0;
  return Number.POSITIVE_INFINITY;
}

function isMany({ value }: FlowModule): boolean {
  return ['forloopflow', 'whileloopflow', 'branchall'].includes(value.type);
}

/** Once: another try of the step begins as if nothing was kept. */
function takeInside({ state }: Work): { inside?: FlowState } {
  const inside = state.inside?.state;
  delete state.inside;
  return inside ? { inside } : {};
}

function enterMany(work: Work, step: number, facts: EnterFacts): Decision {
  const status = statusAt(work, step);
  const { value } = moduleAt(work, step);
  status.type = 'InProgress';
  const kept = work.state.kept ?? { jobs: [], successes: [] };
  delete work.state.kept;
  status.flow_jobs = kept.jobs;
  status.flow_jobs_success = kept.successes;
  if (value.type === 'forloopflow') {
    status.iterator = { index: 0, itered_len: facts.items ?? 0 };
  } else if (value.type === 'branchall') {
    status.branchall = { branch: 0, len: value.branches.length };
  } else {
    status.iterator = { index: 0, itered_len: 0 };
  }
  const length = lengthOf(work, step);
  const many = 'parallel' in value && value.parallel;
  const width = many ? Math.max(1, facts.width ?? length) : 1;
  const first = kept.jobs.length;
  const { delayMs = 0 } = facts;
  for (let index = first; index < Math.min(length, first + width); index += 1) {
    addIteration(work, step, { index, delayMs, ...takeInside(work) });
  }
  return length <= first ? conclude(work, step) : done(work);
}

/** What may stop the flow once a loop or all branches are over; undefined: nothing. */
export function finalStop(module: FlowModule): StopAfterIf | undefined {
  if (!isMany(module)) return undefined;
  const ofAll = module.value.type === 'branchall' ? module.stop_after_if : undefined;
  return module.stop_after_all_iters_if ?? ofAll ?? undefined;
}

function conclude(work: Work, step: number): Decision {
  const asks = finalStop(moduleAt(work, step)) !== undefined;
  return asks ? done(work, { conclude: step }) : succeed(work, step, {});
}

function enter(work: Work, facts: EnterFacts): Decision {
  const { step } = work.state.status;
  const status = statusAt(work, step);
  const delayMs = facts.delayMs ?? 0;
  if (facts.outcome === 'run' && isMany(moduleAt(work, step))) return enterMany(work, step, facts);
  status.type = 'InProgress';
  if (facts.outcome === 'skip') status.skipped = true;
  if (facts.branch !== undefined) {
    status.branch_chosen =
      facts.branch === 'default' ? { type: 'default' } : { type: 'branch', branch: facts.branch };
  }
  status.job = add(work, {
    step,
    as: facts.outcome,
    delayMs,
    ...(facts.error === undefined ? {} : { error: facts.error }),
    ...(facts.branch === undefined ? {} : { branch: facts.branch, ...takeInside(work) }),
  });
  return done(work);
}

/** The step is over and good: stop, wait for approvals, or go on. */
function succeed(work: Work, step: number, { stop = false }: { stop?: boolean }): Decision {
  const status = statusAt(work, step);
  const module = moduleAt(work, step);
  status.type = 'Success';
  if (stop) {
    work.state.stopped = true;
    const said = finalStop(module) ?? module.stop_after_if ?? { expr: '' };
    const { skip_if_stopped: skipped, error_message: message } = said;
    if (message) {
      const shown = said.error_include_result ? { resultOf: step } : {};
      const error = { name: 'EarlyStopError', message, ...shown };
      return fail(work, step, { job: status.job ?? '', error });
    }
    const end = { success: true, from: { step }, skipped: skipped === true };
    return done(work, { end });
  }
  const events = status.skipped ? 0 : (module.suspend?.required_events ?? 0);
  if (events > 0) {
    status.type = 'WaitingForEvents';
    status.count = events;
    status.approvers = [];
    return done(work, { suspend: step });
  }
  return begin(work, step + 1);
}

/** The step failed for good: go on all the same, run the failure module, or end. */
function fail(work: Work, step: number, how: { job: string; error?: NamedError }): Decision {
  const status = statusAt(work, step);
  status.type = 'Failure';
  if (moduleAt(work, step).continue_on_error && how.error === undefined) {
    return begin(work, step + 1);
  }
  if (work.rules.flow.failure_module) {
    const job = add(work, { step: 'failure', as: 'run' });
    const { id } = status;
    work.state.status.failure_module = {
      type: 'InProgress',
      id: 'failure',
      job,
      parent_module: id,
    };
    work.state.failing = how;
    return done(work);
  }
  const { job, ...why } = how;
  return done(work, { end: { success: false, from: { job }, skipped: false, ...why } });
}

/** The step waits from now on, unless what it asks for cannot be made out. */
function suspended(work: Work, facts: WaitFacts): Decision {
  const { step } = work.state.status;
  const status = statusAt(work, step);
  if (status.type !== 'WaitingForEvents') return done(work);
  if ('error' in facts) {
    delete status.approvers;
    delete status.count;
    return fail(work, step, { job: status.job ?? '', error: facts.error });
  }
  work.state.waiting = facts;
  return done(work);
}

/** One refusal is enough to refuse; else all the approvals that were asked for are needed. */
function answered(work: Work, answers: readonly Answer[], late: boolean): Decision {
  const { step } = work.state.status;
  const status = work.state.status.modules[step];
  if (status?.type !== 'WaitingForEvents') return done(work);
  const { suspend } = moduleAt(work, step);
  status.approvers = answers.map(({ resumeId, approver }) => ({ resume_id: resumeId, approver }));
  const refusal = answers.find(({ approved }) => !approved);
  const missing = (suspend?.required_events ?? 0) - answers.length;
  if (!refusal && missing > 0 && !late) {
    status.count = missing;
    return done(work);
  }
  delete work.state.waiting;
  delete status.count;
  const given = !refusal && missing <= 0;
  if (given || suspend?.continue_on_disapprove_timeout) {
    status.type = 'Success';
    if (!given && !refusal) {
      work.state.unanswered = [...(work.state.unanswered ?? []), status.id];
    }
    return begin(work, step + 1);
  }
  const error = refusal ? disapproved(refusal.approver) : timedOut;
  return fail(work, step, { job: status.job ?? '', error });
}

/** The step begins again, as a whole, when it may; else it failed. */
function failedOnce(work: Work, job: string, { retryable, random = 0.5 }: EndFacts): Decision {
  const { status } = work.state;
  const { step, retry } = status;
  const own = statusAt(work, step);
  const failures = retry.fail_count + 1;
  const delayMs = retryDelayMs(moduleAt(work, step).retry, failures, random);
  if (retryable === false || delayMs === undefined) return fail(work, step, { job });
  status.retry = { fail_count: failures, failed_jobs: [...retry.failed_jobs, job] };
  own.failed_retries = [...(own.failed_retries ?? []), job];
  return done(work, { enter: step, delayMs });
}

/** What this run waited to do another one does: the steps after it are that one's too. */
function absorbed(work: Work, job: string): Decision {
  const status = statusAt(work, work.state.status.step);
  status.type = 'Success';
  status.skipped = true;
  return done(work, { end: { success: true, from: { job }, skipped: true } });
}

function endedSingle(work: Work, job: string, facts: EndFacts): Decision {
  if (facts.absorbed) return absorbed(work, job);
  if (!facts.success) return failedOnce(work, job, facts);
  return succeed(work, work.state.status.step, { stop: facts.stop === true });
}

/** May this iteration or branch fail without its step failing? */
export function toleratesFailure(module: FlowModule, index: number): boolean {
  const { value } = module;
  if (value.type === 'branchall') return value.branches[index]?.skip_failure === true;
  return 'skip_failures' in value && value.skip_failures;
}

function endedMany(work: Work, job: string, facts: EndFacts): Decision {
  const { step } = work.state.status;
  const status = statusAt(work, step);
  const module = moduleAt(work, step);
  const jobs = status.flow_jobs ?? [];
  const successes = status.flow_jobs_success ?? [];
  successes[jobs.lastIndexOf(job)] = facts.success;
  status.flow_jobs_success = successes;
  const length = lengthOf(work, step);
  const stops = facts.stop === true;
  const broken = successes.includes(false)
    ? successes.findIndex((good, n) => good === false && !toleratesFailure(module, n))
    : -1;
  const open = successes.includes(null);
  const more = jobs.length < length && !stops && broken < 0;
  // After a break no further ones begin; those that run are waited for.
  if (more && work.state.stopped !== true) {
    if (module.value.type === 'whileloopflow' && jobs.length >= maxTurns) {
      return fail(work, step, { job, error: tooManyTurns });
    }
    addIteration(work, step, { index: jobs.length });
    return done(work);
  }
  if (stops) work.state.stopped = true;
  if (open) return done(work);
  // The break was the loop's own: the flow around it goes on.
  delete work.state.stopped;
  const culprit = broken >= 0 ? jobs[broken] : undefined;
  return culprit === undefined ? conclude(work, step) : failedOnce(work, culprit, facts);
}

function ended(work: Work, job: string, facts: EndFacts): Decision {
  const { status } = work.state;
  if (status.failure_module.job === job && status.failure_module.type === 'InProgress') {
    status.failure_module.type = facts.success ? 'Success' : 'Failure';
    return done(work, { end: { success: false, from: { job }, skipped: false } });
  }
  const preprocessor = status.preprocessor_module;
  if (preprocessor?.job === job && preprocessor.type === 'InProgress') {
    preprocessor.type = facts.success ? 'Success' : 'Failure';
    if (facts.success) return begin(work, 0);
    return done(work, { end: { success: false, from: { job }, skipped: false } });
  }
  const own = status.modules[status.step];
  if (own?.type !== 'InProgress') return done(work);
  const at = own.flow_jobs?.lastIndexOf(job);
  if (at !== undefined) {
    return at >= 0 && own.flow_jobs_success?.[at] === null
      ? endedMany(work, job, facts)
      : done(work);
  }
  return own.job === job ? endedSingle(work, job, facts) : done(work);
}

function decide(work: Work, event: FlowEvent): Decision {
  const { status } = work.state;
  switch (event.type) {
    case 'start': {
      if (!status.preprocessor_module || !work.rules.flow.preprocessor_module) {
        return begin(work, status.step);
      }
      const job = add(work, { step: 'preprocessor', as: 'run' });
      status.preprocessor_module = { type: 'InProgress', id: 'preprocessor', job };
      return done(work);
    }
    case 'entered':
      return enter(work, event.facts);
    case 'ended':
      return ended(work, event.job, event.facts);
    case 'concluded': {
      const job = statusAt(work, status.step).job ?? '';
      if (event.error) return fail(work, status.step, { job, error: event.error });
      return succeed(work, status.step, { stop: event.stop });
    }
    case 'suspended':
      return suspended(work, event.facts);
    case 'answered':
      return answered(work, event.answers, event.late);
  }
}

/** What follows; `state` becomes the next one. Events about unknown jobs change nothing. */
export function advance(rules: FlowRules, state: FlowState, event: FlowEvent): Decision {
  return decide({ rules, state, children: [] }, event);
}
