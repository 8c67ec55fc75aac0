// Whom a job acts for: the member whose rights it has, inside the scopes of who started it.
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';

/** Somebody with full rights in a workspace; undefined when they are no member any more. */
export type MemberOf = (workspace: string, username: string) => Promise<Caller | undefined>;

/** What a job's row says of whom it acts for. */
interface ActingJob {
  id: string;
  workspace: string;
  permissionedAs: string;
  createdBy: string;
  scopes: readonly string[] | null;
}

/** Who it is to identity: a username, or a group by its principal. */
export function actorName({
  permissionedAs,
  createdBy,
}: Pick<ActingJob, 'permissionedAs' | 'createdBy'>): string {
  if (permissionedAs.startsWith('g/')) return permissionedAs;
  return permissionedAs.startsWith('u/') ? permissionedAs.slice(2) : createdBy;
}

/** Throws `forbidden` when the job's person has left the workspace. */
export async function callerOfJob(memberOf: MemberOf, job: ActingJob): Promise<Caller> {
  const { workspace, permissionedAs, createdBy, scopes } = job;
  const person = await memberOf(workspace, actorName({ permissionedAs, createdBy }));
  if (person) return { ...person, kind: 'job', jobId: job.id, scopes };
  throw new AppError('forbidden', `${permissionedAs} is no member of this workspace any more.`);
}
