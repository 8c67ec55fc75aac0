// The arguments of a run: what `$var:`, `$res:`, `$encrypted:` and `$WM_…` in them stand for, with
// the rights of whom the job runs as and inside the scopes of who started it. Stored arguments stay
// as given.
import { callerOfJob, type ClaimedJob, type MemberOf } from '../jobs/index.ts';
import { readComments } from '../queries/index.ts';
import { holdsReference, type Resolve } from '../resources/index.ts';

/** A query may name its database in a comment: that resource is then one of its arguments. */
export function withDatabase(job: ClaimedJob, code: string): ClaimedJob {
  const { language } = job;
  if (language !== 'postgresql' && language !== 'mysql') return job;
  const { database } = readComments(code, language);
  if (database === undefined) return job;
  return { ...job, args: { ...job.args, database: `$res:${database}` } };
}

export interface ArgumentsDeps {
  resolve: Resolve;
  memberOf: MemberOf;
}

export type RunArguments = ReturnType<typeof createRunArguments>;

export function createRunArguments({ resolve, memberOf }: ArgumentsDeps) {
  /** Throws `AppError` when anything cannot be resolved; the job then fails without running. */
  return async function runArguments(
    job: ClaimedJob,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ args: Record<string, unknown>; secrets: readonly string[] }> {
    if (!holdsReference(job.args)) return { args: job.args, secrets: [] };
    const { workspace } = job;
    const caller = await callerOfJob(memberOf, job);
    const resolved = await resolve({ value: job.args, caller, workspace, environment });
    return { args: resolved.value as Record<string, unknown>, secrets: resolved.secrets };
  };
}
