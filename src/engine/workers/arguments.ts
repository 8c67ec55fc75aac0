// The arguments of a run: what `$var:`, `$res:` and `$WM_…` in them stand for, with the rights of
// whom the job runs as and inside the scopes of who started it. Stored arguments stay as given.
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { ClaimedJob } from '../jobs/index.ts';
import { holdsReference, type Resolve } from '../resources/index.ts';

export interface ArgumentsDeps {
  resolve: Resolve;
  /** Somebody with full rights in a workspace; undefined when they are no member any more. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
}

export type RunArguments = ReturnType<typeof createRunArguments>;

export function createRunArguments({ resolve, memberOf }: ArgumentsDeps) {
  /** Throws `AppError` when anything cannot be resolved; the job then fails without running. */
  return async function runArguments(
    job: ClaimedJob,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ args: Record<string, unknown>; secrets: readonly string[] }> {
    if (!holdsReference(job.args)) return { args: job.args, secrets: [] };
    const { workspace, permissionedAs, createdBy, scopes } = job;
    const username = permissionedAs.startsWith('u/') ? permissionedAs.slice(2) : createdBy;
    const person = await memberOf(workspace, username);
    if (!person) {
      throw new AppError('forbidden', `${permissionedAs} is no member of this workspace any more.`);
    }
    const caller: Caller = { ...person, kind: 'job', jobId: job.id, scopes };
    const resolved = await resolve({ value: job.args, caller, workspace, environment });
    return { args: resolved.value as Record<string, unknown>, secrets: resolved.secrets };
  };
}
