// Connects to an MCP server step by step and tells what each step found; stops where nothing after
// it can work, and takes back what it made.
import { AppError, type Clock, messageOf } from '../../../base/index.ts';
import { createAsk } from './ask.ts';
import { discoverySteps } from './discovery.ts';
import { loginSteps, revokeOwn } from './login.ts';
import { endSession, sessionSteps } from './session.ts';
import {
  anchorOf,
  problem,
  type Said,
  skipped,
  type Step,
  type StepFinding,
  type Trial,
} from './step.ts';

export interface TrialOptions {
  /** The address that clients are given. */
  url: string;
  /** Used instead of a login. */
  token?: string | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Shows a person where to log in; without it the trial ends there. */
  showLogin?: ((url: string) => void) | undefined;
  /** Told of each finding as it is made. */
  onFinding?: (finding: StepFinding) => void;
  onStart?: (step: string) => void;
}

const steps: readonly Step[] = [...discoverySteps, ...loginSteps, ...sessionSteps];

async function runStep(step: Step, trial: Trial): Promise<readonly Said[]> {
  try {
    return await step.run(trial);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'canceled') throw error;
    const fix = 'Check the address, its name in DNS, the firewall, and that the server runs.';
    const certificate = /certificate/.test(error.message) ? error.hint : undefined;
    return [problem(messageOf(error), certificate ?? fix)];
  }
}

/** Every finding in the order of the steps. Throws `canceled` when `signal` aborts. */
export async function tryMcp(options: TrialOptions): Promise<StepFinding[]> {
  const { url, token, clock, signal, showLogin } = options;
  const trial: Trial = {
    url,
    ask: createAsk(signal),
    clock,
    showLogin,
    signal,
    token,
    open: false,
    first: undefined,
    resource: {},
    server: {},
    loopback: undefined,
    client: undefined,
    grant: undefined,
    ownToken: false,
    session: undefined,
    version: { legacy: undefined, modern: false },
    tools: [],
  };
  const found: StepFinding[] = [];
  try {
    for (const step of steps) {
      const { name, needed, oauth } = step;
      options.onStart?.(name);
      const given = token === undefined ? 'no token is wanted' : 'a token is given';
      const left = oauth && (token !== undefined || trial.open);
      const said = left ? [skipped(given)] : await runStep(step, trial);
      for (const one of said) {
        const finding = { step: name, ...one, see: anchorOf(name) };
        found.push(finding);
        options.onFinding?.(finding);
      }
      const stuck = said.some(({ state }) => state === 'problem' || (state === 'skipped' && !left));
      // A list that clients refuse can still be called.
      if (needed && stuck && trial.tools.length === 0) break;
    }
    return found;
  } finally {
    trial.loopback?.close();
    await endSession(trial);
    await revokeOwn(trial);
  }
}
