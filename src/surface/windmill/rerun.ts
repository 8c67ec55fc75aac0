// `jobs/run/batch_rerun_jobs`: many `jobs.rerun` calls in one request, one line of text for each.
import { AppError } from '../../base/index.ts';
import type { WireRequest } from './wire-request.ts';

const maxJobs = 1000;

function idsOf(request: WireRequest): string[] {
  const ids = request.fields()['job_ids'];
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new AppError('invalid_input', 'job_ids: a list of job ids.');
  }
  if (ids.length <= maxJobs) return ids;
  throw new AppError('too_large', `job_ids: at most ${maxJobs} at a time.`);
}

/** Ids of the new jobs, or `Error: …` in the place of a job that could not be run again. */
export async function rerunLines(
  request: WireRequest,
  invoke: (name: string, input: unknown) => Promise<unknown>,
): Promise<string> {
  const lines: string[] = [];
  for (const id of idsOf(request)) {
    try {
      const made = (await invoke('jobs.rerun', { id })) as { id: string };
      lines.push(made.id);
    } catch (error) {
      if (!(error instanceof AppError) || error.status === 401) throw error;
      lines.push(`Error: ${error.message}`);
    }
  }
  return lines.map((entry) => `${entry}\n`).join('');
}
