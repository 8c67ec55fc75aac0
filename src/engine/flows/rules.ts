// The words of the rules of a run: what happens to it, what is known then, what follows. No I/O.
import type { FlowState, NamedError } from './state.ts';
import type { FlowValue } from './value.ts';

/** A child job to start. `as` other than `run`: one that is over as soon as it is stored. */
export interface Child {
  id: string;
  step: number | 'failure' | 'preprocessor';
  as: 'run' | 'skip' | 'mock' | 'fail';
  /** JSON text of the error, with `as: 'fail'`. */
  error?: string;
  iteration?: number;
  branch?: number | 'default';
  /** Of an iteration or branch that goes on where another run stood. */
  inside?: FlowState;
  delayMs: number;
}

/** What is known about a step when it begins. */
export interface EnterFacts {
  outcome: 'run' | 'skip' | 'mock' | 'fail';
  error?: string;
  /** Of a for-loop: how many items, and how many at a time. */
  items?: number;
  width?: number;
  /** Of a branchone: the first branch whose condition holds. */
  branch?: number | 'default';
  /** The sleep of the step before, in milliseconds. */
  delayMs?: number;
}

/** What is known about a child when it is over. */
export interface EndFacts {
  success: boolean;
  /** Its own `stop_after_if` holds, or it is a sub-flow that stopped early. */
  stop?: boolean;
  /** It did not run: another run of its debounce key does what it waited to do. */
  absorbed?: boolean;
  /** `retry_if` allows another try. */
  retryable?: boolean;
  /** 0 to 1, for the random part of a delay. */
  random?: number;
}

/** What is known about a step that begins to wait; `error`: it cannot. */
export type WaitFacts = NonNullable<FlowState['waiting']> | { error: NamedError };

/** Somebody's answer to a step that waits. */
export interface Answer {
  resumeId: number;
  approver: string;
  approved: boolean;
}

export type FlowEvent =
  | { type: 'start' }
  | { type: 'entered'; facts: EnterFacts }
  | { type: 'ended'; job: string; facts: EndFacts }
  | { type: 'suspended'; facts: WaitFacts }
  /** All iterations or branches are over, and whether the flow stops for it. */
  | { type: 'concluded'; stop: boolean; error?: NamedError }
  /** All answers so far; `late`: the time is over. */
  | { type: 'answered'; answers: readonly Answer[]; late: boolean };

export interface FlowEnd {
  success: boolean;
  /** Where the result comes from: a step's, one job's, or null for a flow without steps. */
  from: { step: number } | { job: string } | null;
  skipped: boolean;
  /** In place of the result: the flow itself says why it failed. */
  error?: NamedError;
}

export interface Decision {
  children: Child[];
  /** This step begins: send `entered` with its facts. */
  enter?: number;
  /** The step that begins is another try, after so many milliseconds. */
  delayMs?: number;
  /** All of this step's iterations or branches are over: send `concluded`. */
  conclude?: number;
  /** This step is done and waits for answers: send `suspended` with its facts. */
  suspend?: number;
  end?: FlowEnd;
}

export interface FlowRules {
  flow: Pick<FlowValue, 'modules' | 'failure_module' | 'preprocessor_module'>;
  newId: () => string;
}
