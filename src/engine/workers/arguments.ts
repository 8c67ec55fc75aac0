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

interface Resolved {
  args: Record<string, unknown>;
  secrets: readonly string[];
}

const argumentsOf = ({ value, secrets }: Awaited<ReturnType<Resolve>>): Resolved => ({
  args: value as Record<string, unknown>,
  secrets,
});

/** The entries with these names, and the others. */
function parted(
  args: Readonly<Record<string, unknown>>,
  names: readonly string[],
): [Record<string, unknown>, Record<string, unknown>] {
  const entries = Object.entries(args);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ];
}

export function createRunArguments({ resolve, memberOf }: ArgumentsDeps) {
  /** Throws `AppError` when anything cannot be resolved; the job then fails without running. */
  return async function runArguments(
    job: ClaimedJob,
    environment: Readonly<Record<string, string>>,
  ): Promise<Resolved> {
    if (!holdsReference(job.args)) return { args: job.args, secrets: [] };
    const { workspace, endUser, endUserArgs } = job;
    const caller = await callerOfJob(memberOf, job);
    const own = { value: job.args, caller, workspace, environment };
    if (!endUserArgs?.length || !endUser) return argumentsOf(await resolve(own));
    // What the user of an app gave of their own is read with their rights, and nothing else is.
    const user = { ...job, permissionedAs: `u/${endUser}`, createdBy: endUser, scopes: null };
    const [theirs, others] = parted(job.args, endUserArgs);
    const [left, right] = [
      argumentsOf(await resolve({ ...own, value: others })),
      argumentsOf(
        await resolve({ ...own, value: theirs, caller: await callerOfJob(memberOf, user) }),
      ),
    ];
    return {
      args: { ...left.args, ...right.args },
      secrets: [...left.secrets, ...right.secrets],
    };
  };
}
