// Finds the running job that a job token belongs to. The token dies with the run: the row's hash
// is cleared in the commit that ends it.
import { sameSecret, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { actorName } from './job-caller.ts';
import { selectTokenJob } from './jobs.sql.ts';
import { parseJobToken } from './token.ts';

interface TokenRow {
  workspace: string;
  permissionedAs: string;
  createdBy: string;
  scopes: string[] | null;
  tokenHash: string | null;
}

/** What identity makes a caller from. */
export interface JobOfToken {
  jobId: string;
  workspace: string;
  username: string;
  scopes: string[] | null;
}

export async function findJobOfToken(db: Database, token: string): Promise<JobOfToken | undefined> {
  const parts = parseJobToken(token);
  if (!parts) return undefined;
  const row = await db.row<TokenRow>(selectTokenJob, [parts.id]);
  if (!row?.tokenHash || !sameSecret(row.tokenHash, sha256(parts.secret))) return undefined;
  return {
    jobId: parts.id,
    workspace: row.workspace,
    username: actorName(row),
    scopes: row.scopes,
  };
}
