// The verbs of approvals: make links, answer by link or as somebody who may, and say what is asked.
import { AppError, isObject, sha256 } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import { assertFits, type Pending, type Waiting } from '../flows/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { resumeIdOfKey } from '../workflows/index.ts';
import { readableBy } from '../../identity/index.ts';
import type { Database } from '../../store/index.ts';
import type { Answered, Approval, SuspendedFlow } from './approval.ts';
import type { Links } from './links.ts';
import { selectWaiting } from './approvals.sql.ts';
import { isAsked, needsPerson, refusalOf } from './rules.ts';

export interface ApprovalsDeps {
  db: Database;
  jobs: Pick<Jobs, 'assertMayCancel' | 'getForFeature' | 'state'>;
  waiting: Waiting;
  links: Links;
}

interface Link {
  job: string;
  resumeId: number;
  signature: string;
  approver?: string | undefined;
}

interface Said {
  job: string;
  resumeId: number;
  approved: boolean;
  payload?: unknown;
  /** Who the link says it is for. */
  linkedApprover?: string | undefined;
}

export type Approvals = ReturnType<typeof createApprovals>;

const maxPayloadChars = 1_000_000;
const maxConflicts = 20;
/** Of those that wait the oldest are looked at. */
const maxLooked = 1000;

const alreadyUsed = (approved: boolean): AppError =>
  new AppError('conflict', `This was answered already: ${approved ? 'approved' : 'denied'}.`, {
    hint: 'Each link is good once.',
  });

const approversOf = ({ answers }: Pending): Approval['approvers'] =>
  answers.map(({ resumeId, approver }) => ({ resumeId, approver }));

/** The payload of an approval fits the form of the step; a denial needs none. */
function filledIn({ suspend }: Pending, { approved, payload }: Said): unknown {
  const schema = suspend.resume_form?.schema;
  if (!schema || !approved) return payload;
  const filled = payload ?? {};
  assertFits(schema, filled);
  return filled;
}

function approvalOf(call: Call, pending: Pending, resultJson: string | undefined): Approval {
  const { suspend, waiting, step } = pending;
  const result: unknown = JSON.parse(resultJson ?? 'null');
  const said = isObject(result) ? result : {};
  const refusal = refusalOf(call, pending);
  const schema = suspend.resume_form?.schema;
  return {
    flowId: pending.flowId,
    flowPath: pending.flowPath,
    startedBy: pending.startedBy,
    stepId: step.id,
    stepSummary: step.summary,
    requiredEvents: suspend.required_events ?? 0,
    until: waiting?.until ?? null,
    formSchema: schema ?? null,
    description: said['description'] ?? null,
    defaultArgs: isObject(said['default_args']) ? said['default_args'] : {},
    enums: isObject(said['enums']) ? said['enums'] : {},
    hideCancel: suspend.hide_cancel === true,
    userAuthRequired: needsPerson(pending),
    selfApprovalDisabled: suspend.self_approval_disabled === true,
    groups: [...(waiting?.groups ?? [])],
    approvers: approversOf(pending),
    canApprove: refusal === undefined,
    reason: refusal?.message ?? null,
  };
}

export function createApprovals({ db, jobs, waiting, links }: ApprovalsDeps) {
  async function checkLink(call: Call, { signature, ...link }: Link): Promise<void> {
    const { job, resumeId, approver } = link;
    const linked = { workspace: workspaceOf(call), job, resumeId, approver };
    if (await links.isRight(linked, signature)) return;
    throw new AppError('forbidden', 'This link is not right: it was changed or cut off.', {
      hint: 'Copy the whole address again, with what follows the question mark.',
    });
  }

  async function mayCancel(call: Call, job: string): Promise<boolean> {
    try {
      await jobs.assertMayCancel(call, job);
      return true;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  /** What a job's flow waits for, if the step asks for a group of the caller's. */
  async function askedOf(call: Call, job: string): Promise<Pending | undefined> {
    try {
      const pending = await waiting.find(workspaceOf(call), job);
      return isAsked(call, pending) ? pending : undefined;
    } catch (error) {
      // Whether the job is there is not the caller's to know.
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** What an answer without a link would answer. Throws `not_found` for who may give none. */
  async function answerable(call: Call, job: string): Promise<Pending> {
    try {
      await jobs.assertMayCancel(call, job);
    } catch (error) {
      const asked = error instanceof AppError && (await askedOf(call, job));
      if (asked) return asked;
      throw error;
    }
    return waiting.find(workspaceOf(call), job);
  }

  async function approvalFor(call: Call, job: string, pending: Pending): Promise<Approval> {
    const approval = approvalOf(call, pending, await waiting.resultOf(pending));
    const free = !approval.canApprove || isAsked(call, pending) || (await mayCancel(call, job));
    if (free) return approval;
    return { ...approval, canApprove: false, reason: 'This takes a link to answer.' };
  }

  /** Undefined when it went on, or too late, since it was listed. */
  async function listed(call: Call, job: string): Promise<Approval | undefined> {
    try {
      return await approvalFor(call, job, await waiting.find(workspaceOf(call), job));
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** Stores the answer; looks again when the flow moved in between. */
  async function give(call: Call, said: Said): Promise<Answered> {
    const { job, resumeId, approved, payload } = said;
    if ((JSON.stringify(payload ?? null)?.length ?? 0) > maxPayloadChars) {
      throw new AppError('too_large', `A payload has ${maxPayloadChars} characters at most.`);
    }
    for (let tries = 0; tries < maxConflicts; tries += 1) {
      const used = await waiting.used(job, resumeId);
      if (used) throw alreadyUsed(used.approved);
      const pending = await waiting.find(workspaceOf(call), job);
      const refusal = refusalOf(call, pending);
      if (refusal) throw refusal;
      const anonymous = call.caller.kind === 'anonymous' || call.caller.kind === 'job';
      const approver = anonymous
        ? (said.linkedApprover ?? 'anonymous')
        : displayNameOf(call.caller);
      const answer = { job, resumeId, approved, approver, payload: filledIn(pending, said) };
      if (await waiting.accept(pending, answer)) return { flowId: pending.flowId, approved };
    }
    throw new AppError('conflict', 'The flow moves on too fast to take this answer.', {
      hint: 'Try again.',
    });
  }

  return {
    /** Links for this job; `flowLevel`: for whichever step of its flow waits when they are used. */
    async resumeUrls(
      call: Call,
      wanted: { job: string; resumeId: number; approver?: string | undefined; flowLevel: boolean },
    ) {
      const { resumeId, approver, flowLevel } = wanted;
      const workspace = workspaceOf(call);
      await jobs.assertMayCancel(call, wanted.job);
      const job = flowLevel ? await waiting.topFlow(workspace, wanted.job) : wanted.job;
      if (flowLevel) await jobs.assertMayCancel(call, job);
      return links.urls({ workspace, job, resumeId, approver });
    },

    /** Links for one approval of a workflow, which are good only while it waits for that one. */
    async workflowUrls(
      call: Call,
      wanted: { job: string; key: string; approver?: string | undefined },
    ) {
      const { job, key, approver } = wanted;
      await jobs.assertMayCancel(call, job);
      const linked = { workspace: workspaceOf(call), job, approver };
      return links.urls({ ...linked, resumeId: resumeIdOfKey(key) });
    },

    /** Throws `forbidden` (wrong link), `conflict` (used), `gone` (too late), `invalid_input`. */
    async answer(call: Call, link: Link & Pick<Said, 'approved' | 'payload'>): Promise<Answered> {
      await checkLink(call, link);
      const { job, resumeId, approved, payload, approver } = link;
      return give(call, { job, resumeId, approved, payload, linkedApprover: approver });
    },

    /** What a link asks for. */
    async show(call: Call, link: Link): Promise<Approval> {
      await checkLink(call, link);
      const used = await waiting.used(link.job, link.resumeId);
      if (used) throw alreadyUsed(used.approved);
      const pending = await waiting.find(workspaceOf(call), link.job);
      return approvalOf(call, pending, await waiting.resultOf(pending));
    },

    /** The flow around: for who may answer, because its arguments may be confidential. */
    async flow(call: Call, link: Link): Promise<SuspendedFlow> {
      await checkLink(call, link);
      const pending = await waiting.find(workspaceOf(call), link.job);
      const refusal = refusalOf(call, pending);
      if (refusal) throw refusal;
      const job = await jobs.getForFeature(call, pending.flowId);
      return { job: { ...job, rawFlow: undefined }, approvers: approversOf(pending) };
    },

    /** What a job's flow waits for, for somebody who may see it, or whom it asks. */
    async get(call: Call, job: string): Promise<Approval> {
      try {
        await jobs.state(call, job);
      } catch (error) {
        const asked = error instanceof AppError && (await askedOf(call, job));
        if (asked) return approvalFor(call, job, asked);
        throw error;
      }
      return approvalFor(call, job, await waiting.find(workspaceOf(call), job));
    },

    /** What waits for the caller, oldest first; `all`: also what the caller may only see. */
    async list(
      call: Call,
      { all, page, perPage }: { all: boolean; page: number; perPage: number },
    ): Promise<Approval[]> {
      const { all: admin, owners, principals } = readableBy(call.caller);
      const groups = call.caller.membership?.groups ?? [];
      const username = displayNameOf(call.caller);
      const viewer = [workspaceOf(call), admin, username, principals, owners, groups];
      const rows = await db.rows<{ id: string }>(selectWaiting, [...viewer, maxLooked]);
      const wanted: Approval[] = [];
      for (const { id } of rows) {
        if (wanted.length >= page * perPage) break;
        const approval = await listed(call, id);
        if (approval && (all || approval.canApprove)) wanted.push(approval);
      }
      return wanted.slice((page - 1) * perPage);
    },

    /** Answers without a link, as somebody who may cancel the flow or whom the step asks. Once. */
    async resume(
      call: Call,
      { id, approved, payload }: { id: string; approved: boolean; payload?: unknown },
    ): Promise<Answered> {
      const { step } = await answerable(call, id);
      const who = `${step.id} ${displayNameOf(call.caller)}`;
      const resumeId = Number.parseInt(sha256(who).slice(0, 8), 16);
      return give(call, { job: step.job, resumeId, approved, payload });
    },
  };
}
