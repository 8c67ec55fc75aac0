// What can be wrong with an app: the place in its JSON, the rule, and an example that is right.
// A model or a person must be able to correct the app from this alone.
import { AppError } from '../../base/index.ts';

export interface Problem {
  /** JSON path: `value.grid[0]["12"].w`. */
  at: string;
  rule: string;
  /** Something correct to put there. */
  example?: unknown;
  /** Does not keep an app from being shown: one that comes from another server may have it. */
  mild?: true;
}

const mostShown = 20;

/** `value.grid[0]` and `12` → `value.grid[0]["12"]`. */
export function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function lineOf({ at, rule, example }: Problem): string {
  return `${at}: ${rule}${example === undefined ? '' : `, such as ${JSON.stringify(example)}`}`;
}

/** Throws `invalid_input` that lists what is wrong; nothing is, and nothing happens. */
export function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, mostShown);
  const more = problems.length - shown.length;
  const lines = shown.map(lineOf).join('\n');
  throw new AppError(
    'invalid_input',
    `The app is not right:\n${lines}${more > 0 ? `\n… and ${more} more` : ''}`,
    {
      hint: 'Put these right and send the app again; nothing was stored.',
      details: { problems: shown.map(({ at, rule, example }) => ({ at, rule, example })) },
    },
  );
}

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
