// Who may see a job: admins, who started it, whose rights it has, and the owners of its path
// unless it was hidden from them. Lists say the same in SQL (`list.sql.ts`).
import { notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { authorise, type Call, ownerOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { selectVisibility } from './jobs.sql.ts';

export interface SeenJob {
  /** Null: whoever started it, it is not theirs. */
  createdBy: string | null;
  permissionedAs: string;
  path: string | null;
  visibleToOwner: boolean;
  finished: boolean;
  running: boolean;
  worker: string | null;
  memPeak: number | null;
  rootJob: string | null;
  kind: string;
  /** The flow that it is a step of. */
  flow: string | null;
  /** A workflow as code between two rounds. */
  waitsAsWorkflow: boolean;
  flowStatus: unknown;
  /** Percent, as the job says. */
  progress: number | null;
}

function isOwn(call: Call, job: SeenJob): boolean {
  const { membership } = call.caller;
  const who = readableBy(call.caller);
  return (
    who.all ||
    (job.createdBy !== null && job.createdBy === membership?.username) ||
    who.principals.includes(job.permissionedAs)
  );
}

function maySee(call: Call, job: SeenJob): boolean {
  if (isOwn(call, job)) return true;
  const { owners } = readableBy(call.caller);
  return job.visibleToOwner && job.path !== null && owners.includes(ownerOf(job.path));
}

/** Canceling needs the right to change the path, or the job to be one's own. */
function mayCancel(call: Call, job: SeenJob): boolean {
  if (isOwn(call, job)) return true;
  if (!maySee(call, job) || job.path === null) return false;
  const ask = { action: 'jobs:write', risk: 'write' } as const;
  return authorise(call.caller, ask, { kind: 'scripts', path: job.path }).allowed;
}

/** The job, if the caller may see it; else `not_found`, whether it exists or not. */
export async function findJob(
  db: Database,
  call: Call,
  { id, toCancel = false }: { id: string; toCancel?: boolean },
): Promise<SeenJob> {
  const found = await db.row<SeenJob>(selectVisibility, [id, workspaceOf(call)]);
  const may = toCancel ? mayCancel : maySee;
  if (!found || !may(call, found)) throw notFound('job', id);
  return found;
}
