// Which function of a script a run calls: main; for the event of a trigger first `preprocessor`,
// whose result is the input of main from then on.
import { isObject } from '../../base/index.ts';
import { type ClaimedJob, entrypointArgument, errorResult } from '../jobs/index.ts';
import type { RunOutcome } from '../runners/index.ts';

type Args = Record<string, unknown>;

export interface EntrypointDeps {
  /** Arguments with what they refer to. */
  resolve: (args: Args) => Promise<Args>;
  run: (entrypoint: string, parameters: readonly string[], args: Args) => Promise<RunOutcome>;
  /** Stores the arguments, so that another attempt does not preprocess again. */
  keepArgs: (args: Args) => Promise<unknown>;
}

const preprocessor = 'preprocessor';

/** The input of main as the preprocessor says it; undefined when it says something else. */
function inputOf(resultJson: string): Args | undefined {
  const made: unknown = JSON.parse(resultJson);
  return isObject(made) ? made : undefined;
}

export async function runEntrypoint(job: ClaimedJob, deps: EntrypointDeps): Promise<RunOutcome> {
  const { args, parameters } = job;
  // Events come from outside: references in them stay what they are.
  if (job.isFlowStep === true && job.flowStepId === preprocessor) {
    return deps.run(preprocessor, ['event'], args);
  }
  const { [entrypointArgument]: entrypoint, ...rest } = args;
  if (typeof entrypoint === 'string' && entrypoint !== preprocessor) {
    return deps.run(entrypoint, Object.keys(rest), await deps.resolve(rest));
  }
  if (entrypoint !== preprocessor) {
    return deps.run('main', parameters, await deps.resolve(args));
  }
  const made = await deps.run(preprocessor, ['event'], args);
  if (!made.success) return made;
  const input = inputOf(made.resultJson);
  if (!input) {
    const message = 'preprocessor must return an object: the arguments of main by name';
    return { ...made, success: false, resultJson: errorResult('PreprocessorError', message) };
  }
  await deps.keepArgs(input);
  const outcome = await deps.run('main', parameters, await deps.resolve(input));
  return { ...outcome, durationMs: made.durationMs + outcome.durationMs };
}
