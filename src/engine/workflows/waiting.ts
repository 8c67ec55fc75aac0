// Approvals of workflows as code, behind the same door as those of flows: what a workflow waits
// for, and an answer that survives whatever happens next. Who may answer is not decided here.
import { AppError, type Clock, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Waiting } from '../flows/index.ts';
import type { LocalWorker } from '../jobs/index.ts';
import { answerApproval, selectApprovals, selectUsedApproval } from './waiting.sql.ts';

/** Resume ids from here on belong to one approval each; others are good for whichever waits. */
const firstOfKeys = 2 ** 32;

/** The resume id of the approval with this key, in links that are made before it is waited for. */
export function resumeIdOfKey(key: string): number {
  return firstOfKeys + Number.parseInt(sha256(key).slice(0, 8), 16);
}

interface Detail {
  form?: Record<string, unknown> | null;
  self_approval_disabled?: boolean | null;
  description?: unknown;
}

interface ApprovalRow {
  workspace: string;
  path: string | null;
  createdBy: string;
  email: string;
  rounds: number;
  finished: boolean;
  /** The approval that is waited for; null when there is none now. */
  key: string | null;
  detail: Detail | null;
  dueAt: number | null;
}

/** A form is a JSON Schema, or has one as `schema`. */
function schemaOf(form: Detail['form']): Record<string, unknown> | undefined {
  if (!form) return undefined;
  const { schema } = form;
  return typeof schema === 'object' && schema !== null ? (schema as Record<string, unknown>) : form;
}

const gone = (message: string): AppError =>
  new AppError('gone', message, { hint: 'Start the workflow again if it is still needed.' });

const notNow = (): AppError =>
  new AppError('conflict', 'The workflow does not wait for this approval now.', {
    hint: 'It went on already, or it has not come that far.',
  });

export function createWorkflowWaiting({
  db,
  clock,
  worker,
  flows,
}: {
  db: Database;
  clock: Clock;
  worker: LocalWorker;
  /** Answers for every job that is no workflow. */
  flows: Waiting;
}): Waiting {
  const { now } = clock;
  const approvals = (job: string): Promise<ApprovalRow | undefined> =>
    db.row<ApprovalRow>(selectApprovals, [job]);

  return {
    async find(workspace, jobId) {
      const row = await approvals(jobId);
      if (!row || row.workspace !== workspace) return flows.find(workspace, jobId);
      const { key, detail, dueAt } = row;
      if (row.finished) throw gone('The workflow is over.');
      if (key === null || dueAt === null) throw notNow();
      if (dueAt <= now()) throw gone('The time to answer is over.');
      const schema = schemaOf(detail?.form);
      return {
        flowId: jobId,
        rev: row.rounds,
        flowPath: row.path,
        startedBy: row.createdBy,
        startedByEmail: row.email,
        step: { id: key, summary: null, job: jobId },
        suspend: {
          required_events: 1,
          ...(schema ? { resume_form: { schema } } : {}),
          ...(detail?.self_approval_disabled ? { self_approval_disabled: true } : {}),
        },
        waiting: { until: dueAt },
        answers: [],
      };
    },

    async topFlow(workspace, jobId) {
      return (await approvals(jobId)) ? jobId : flows.topFlow(workspace, jobId);
    },

    async resultOf(pending) {
      const row = await approvals(pending.flowId);
      if (!row) return flows.resultOf(pending);
      return JSON.stringify({ description: row.detail?.description ?? null });
    },

    async used(jobId, resumeId) {
      const values = [jobId, resumeId];
      const row = await db.row<{ approved: boolean }>(selectUsedApproval, values);
      return row ?? flows.used(jobId, resumeId);
    },

    async accept(pending, answer) {
      const { flowId, step } = pending;
      if (!(await approvals(flowId))) return flows.accept(pending, answer);
      const { resumeId, approved, approver, payload } = answer;
      if (resumeId >= firstOfKeys && resumeId !== resumeIdOfKey(step.id)) throw notNow();
      const result = JSON.stringify({ value: payload ?? null, approver, approved });
      const row = await db.row<{ tag: string | null }>(answerApproval, [
        flowId,
        step.id,
        result,
        now(),
        resumeId,
      ]);
      if (!row) return false;
      if (row.tag !== null) worker.wake(row.tag);
      return true;
    },
  };
}
