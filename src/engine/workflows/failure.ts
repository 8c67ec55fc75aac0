// How a failed task or step stands in a checkpoint: the marker that the published clients turn into
// a TaskError. Bounded, because it is sent again with every round.

/** What tells a marker from a result. */
const mark = '__wmill_error';
const longestText = 16 * 1024;
const longestExtra = 64 * 1024;

interface ErrorFields {
  name?: unknown;
  message?: unknown;
  stack?: unknown;
  extra?: unknown;
  [other: string]: unknown;
}

const cut = (value: unknown): unknown =>
  typeof value === 'string' && value.length > longestText
    ? `${value.slice(0, longestText)}… (cut)`
    : value;

function bounded(error: ErrorFields): ErrorFields {
  const { extra, ...fields } = error;
  const kept = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, cut(value)]),
  );
  if (extra === undefined) return kept;
  if (JSON.stringify(extra).length > longestExtra) return { ...kept, extra_omitted: true };
  return { ...kept, extra };
}

/** The error of a job's failed result `{ error }`, whatever stands there. */
function errorOf(result: unknown): ErrorFields {
  const error = (result as { error?: unknown } | null)?.error;
  if (typeof error === 'object' && error !== null) return error as ErrorFields;
  return { name: 'Error', message: error === undefined ? 'failed' : JSON.stringify(error) };
}

/** The marker of a failed task or step. */
export function failureMarker(
  key: string,
  { result, job }: { result: unknown; job?: string | undefined },
): Record<string, unknown> {
  const error = bounded(errorOf(result));
  return {
    [mark]: true,
    message: typeof error.message === 'string' ? error.message : 'failed',
    step_key: key,
    ...(job === undefined ? {} : { child_job_id: job }),
    result: { error },
  };
}

export function isFailureMarker(value: unknown): value is { result?: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  return (value as Record<string, unknown>)[mark] === true;
}
