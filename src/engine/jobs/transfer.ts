// Taking jobs out of a workspace, and putting them into another one. What is over is stored as it
// was; what waits is started anew, with the rights of who imports it: a row that names somebody
// else gives nobody their rights.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Job, jobId, type RunOptions, runFields } from './job.ts';
import { insertWholeJobs, selectKnownJobs, selectWholeJobs } from './transfer.sql.ts';
import type { JobPart } from './filters.ts';

const short = z.string().max(1000);
const time = z.int().min(0).max(8_640_000_000_000_000);

/** A job as `exportJobs` gives it. Other fields are left out. */
const wholeJob = z.object({
  id: jobId,
  parentJob: jobId.nullish(),
  createdBy: short,
  createdAt: time,
  startedAt: time.nullish(),
  completedAt: time.nullish(),
  scheduledFor: time.nullish(),
  durationMs: z.int().min(0).max(2_147_483_647).nullish(),
  scriptPath: short.nullish(),
  scriptHash: short.nullish(),
  args: z.record(z.string(), z.unknown()).nullish(),
  result: z.unknown().optional(),
  logs: z.string().nullish(),
  rawCode: z.string().nullish(),
  canceled: z.boolean().default(false),
  canceledBy: short.nullish(),
  canceledReason: short.nullish(),
  jobKind: short,
  triggerKind: short.nullish(),
  permissionedAs: short,
  flowStatus: z.record(z.string(), z.unknown()).nullish(),
  isFlowStep: z.boolean().default(false),
  flowStepId: short.nullish(),
  language: short.nullish(),
  isSkipped: z
    .boolean()
    .nullish()
    .transform((skipped) => skipped === true),
  email: short,
  visibleToOwner: z.boolean().default(true),
  memPeak: z.int().min(0).max(2_147_483_647).nullish(),
  tag: z.string().min(1).max(100).default('bun'),
  priority: z
    .int()
    .min(0)
    .max(100)
    .nullish()
    .transform((priority) => priority ?? 0),
  labels: z.array(short).max(1000).nullish(),
  worker: short.nullish(),
  success: z
    .boolean()
    .nullish()
    .transform((success) => success === true),
  schedulePath: short.nullish(),
});
type WholeJob = z.output<typeof wholeJob>;

export const exportedJobs = z
  .array(z.record(z.string(), z.unknown()))
  .max(1000)
  .describe('jobs as jobs.export gives them');

function readJobs(given: readonly unknown[]): WholeJob[] {
  return given.map((one, n) => {
    const read = wholeJob.safeParse(one);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const where = ['jobs', n, ...(issue?.path ?? [])].join('.');
    throw new AppError('invalid_input', `${where}: ${issue?.message ?? 'is no job'}`);
  });
}

function assertAdmin({ caller }: Call): void {
  if (caller.kind === 'system' || caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace exports and imports jobs.');
}

export interface TransferDeps {
  db: Database;
  /** Starts the script or flow again, as the caller. */
  again: {
    script: (call: Call, path: string, options: RunOptions) => Promise<{ id: string }>;
    version: (call: Call, hash: string, options: RunOptions) => Promise<{ id: string }>;
    flow: (call: Call, path: string, options: RunOptions) => Promise<{ id: string }>;
  };
}

/** Each throws `forbidden` for who is no admin. */
export function createTransfer({ db, again }: TransferDeps) {
  async function startAgain(call: Call, job: WholeJob): Promise<string | undefined> {
    const { id, jobKind, scriptPath, scriptHash, args, tag, scheduledFor } = job;
    // Steps come with their flow, which begins at its beginning.
    if (job.isFlowStep || !scriptPath) return undefined;
    const fields = { args: args ?? {}, jobId: id, tag, scheduledFor: scheduledFor ?? undefined };
    const options = z.object(runFields).parse(fields);
    if (jobKind === 'flow') return (await again.flow(call, scriptPath, options)).id;
    if (jobKind !== 'script') return undefined;
    const started = scriptHash
      ? await again.version(call, scriptHash, options)
      : await again.script(call, scriptPath, options);
    return started.id;
  }

  return {
    /** Newest first, whole: with arguments, results and logs. */
    exportJobs(
      call: Call,
      { part, page, perPage }: { part: Exclude<JobPart, 'all'>; page: number; perPage: number },
    ): Promise<Job[]> {
      assertAdmin(call);
      const values = [workspaceOf(call), part === 'completed', perPage, (page - 1) * perPage];
      return db.rows<Job>(selectWholeJobs, values);
    },

    /** Answers the ids of those that are new. */
    async importCompleted(call: Call, given: readonly unknown[]): Promise<string[]> {
      assertAdmin(call);
      const rows = readJobs(given).map((job) => ({
        ...job,
        completedAt: job.completedAt ?? job.startedAt ?? job.createdAt,
        logUnits: job.logs?.length ?? 0,
      }));
      const values = [workspaceOf(call), JSON.stringify(rows)];
      return (await db.rows<{ id: string }>(insertWholeJobs, values)).map(({ id }) => id);
    },

    /** Answers the ids of those that wait again; previews, steps and the like do not. */
    async importQueued(call: Call, given: readonly unknown[]): Promise<string[]> {
      assertAdmin(call);
      const started: string[] = [];
      const wanted = readJobs(given);
      const ids = wanted.map(({ id }) => id);
      const rows = await db.rows<{ id: string }>(selectKnownJobs, [ids]);
      const known = new Set(rows.map(({ id }) => id));
      for (const job of wanted.filter(({ id }) => !known.has(id))) {
        const id = await startAgain(call, job).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'conflict') return undefined;
          throw error;
        });
        if (id !== undefined) started.push(id);
      }
      return started;
    },
  };
}
