// Where the holder of a job's token comes from: the job, the flows around it up to the one that was
// started, and who wrote the code of each. For those who act for the person behind a run.
import { sameSecret, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectProvenance, selectRuns } from './provenance.sql.ts';
import { parseJobToken } from './token.ts';

/** A job of a run. */
export interface RunLink {
  id: string;
  kind: string;
  path: string | null;
  /** Of a deployed script. */
  hash: string | null;
  /** Of a deployed flow. */
  version: number | null;
  /** The username of who deployed this version; null for code of the flow itself. */
  writtenBy: string | null;
  createdBy: string;
  /** `u/<username>` or `g/<group>`. */
  permissionedAs: string;
  triggerKind: string | null;
  schedulePath: string | null;
  /** Of a component of an app; '' for nobody that logged in. */
  endUserEmail: string | null;
  running: boolean;
  canceled: boolean;
  /** The value of a deployed flow. */
  value: Record<string, unknown> | null;
}

export interface Provenance {
  workspace: string;
  /** From the job itself to the one that was started; at least one. */
  chain: readonly [RunLink, ...RunLink[]];
  /** Are all flows around it still under way? */
  whole: boolean;
}

type Row = RunLink & { workspace: string; tokenHash: string | null; isFlowStep: boolean };

/** What the holder of this token is part of; undefined: no such job, or it is over. */
export async function provenanceOf(db: Database, token: string): Promise<Provenance | undefined> {
  const parts = parseJobToken(token);
  if (!parts) return undefined;
  const rows = await db.rows<Row>(selectProvenance, [parts.id]);
  const [job, ...around] = rows;
  if (!job?.tokenHash || !job.running) return undefined;
  if (!sameSecret(job.tokenHash, sha256(parts.secret))) return undefined;
  const { workspace } = job;
  const inOne = rows.every((row) => row.workspace === workspace);
  const isWhole = inOne && rows.at(-1)?.isFlowStep === false;
  return { workspace, chain: [job, ...around], whole: isWhole };
}

/** Does the job still run? */
export async function jobRuns(db: Database, id: string): Promise<boolean> {
  return (await db.row(selectRuns, [id])) !== undefined;
}
