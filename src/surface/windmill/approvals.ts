// `/api/w/{ws}/jobs*` about flows that wait: links, answers by link, answers by who may cancel.
import { AppError } from '../../base/index.ts';
import { type JobOutput, jobShape, type Wire } from '../shapes/index.ts';
import { filled, present } from './fields.ts';
import { given } from './payload.ts';
import { get, json, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

interface Approver {
  resumeId: number;
  approver: string;
}

const approversShape = (approvers: readonly Approver[]): Wire[] =>
  approvers.map(({ resumeId, approver }) => ({ resume_id: resumeId, approver }));

/** The output of `approvals.get`. */
interface ApprovalOutput {
  flowId: string;
  formSchema: unknown;
  description: unknown;
  hideCancel: boolean;
  userAuthRequired: boolean;
  canApprove: boolean;
  approvers: readonly Approver[];
}

const approvalShape = ({ approvers, ...approval }: ApprovalOutput): Wire => ({
  ...filled({
    flow_id: approval.flowId,
    form_schema: approval.formSchema,
    description: approval.description,
    can_approve: approval.canApprove,
    user_auth_required: approval.userAuthRequired,
    hide_cancel: approval.hideCancel,
  }),
  // The page here shows the flow as well, always.
  skin: 'detailed',
  approvers: approversShape(approvers),
});

/** The output of `approvals.flow`. */
interface SuspendedFlowOutput {
  job: JobOutput;
  approvers: readonly Approver[];
}

const suspendedFlowShape = ({ job, approvers }: SuspendedFlowOutput): Wire => ({
  job: jobShape(job),
  approvers: approversShape(approvers),
});

/** The parts of a link in an address. */
const linkOf = (request: WireRequest): Record<string, unknown> => ({
  job: request.param('id'),
  resumeId: Number(request.param('resume_id')),
  signature: request.param('signature'),
  ...present({ approver: request.query.text('approver') }),
});

const answer =
  (approved: boolean) =>
  (request: WireRequest): Record<string, unknown> => ({
    ...linkOf(request),
    approved,
    payload: given(request) ?? null,
  });

/** A scanner of mail, or a browser that fetches ahead, must not answer by looking at a link. */
function pageOf(request: WireRequest): string {
  const parts = ['workspace', 'id', 'resume_id', 'signature'].map((name) => request.param(name));
  const kept = ['approver', 'payload'].flatMap((name) => {
    const value = request.query.text(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  const query = kept.length === 0 ? '' : `?${kept.join('&')}`;
  return `/approve/${parts.map(encodeURIComponent).join('/')}${query}`;
}

const said = text(
  ({ flowId, approved }: { flowId: string; approved: boolean }) =>
    `The flow ${flowId} was ${approved ? 'approved' : 'denied'}.`,
  201,
);

function byOwner(request: WireRequest): Record<string, unknown> {
  const fields = request.fields();
  if (fields['approval_token'] !== undefined && fields['approval_token'] !== null) {
    throw new AppError('not_implemented', 'approval_token is not known here.', {
      hint: 'Log in or send a token, or use the link of the approval.',
    });
  }
  return {
    id: request.param('id'),
    ...present({ approved: fields['approved'] ?? undefined }),
    payload: fields['payload'] ?? null,
  };
}

const link = (verb: string): string => `w/:workspace/jobs_u/${verb}/:id/:resume_id/:signature`;

export const approvalRows: readonly Row[] = [
  get({
    path: 'w/:workspace/jobs/resume_urls/:id/:resume_id',
    operation: 'approvals.resumeUrls',
    input: (request) => ({
      job: request.param('id'),
      resumeId: Number(request.param('resume_id')),
      ...present({
        approver: request.query.text('approver'),
        flowLevel: request.query.flag('flow_level'),
      }),
    }),
    answer: json(),
  }),
  get({
    path: 'w/:workspace/jobs/job_signature/:id/:resume_id',
    operation: 'approvals.resumeUrls',
    input: (request) => ({
      job: request.param('id'),
      resumeId: Number(request.param('resume_id')),
      ...present({ approver: request.query.text('approver') }),
    }),
    // What a link of the approval ends in.
    answer: text(({ resume }: { resume: string }) =>
      new URL(resume).pathname.split('/').slice(-1).join(),
    ),
  }),
  get({
    path: 'w/:workspace/jobs/wac_approval_urls/:id/:step_key',
    operation: 'approvals.workflowUrls',
    input: (request) => ({
      job: request.param('id'),
      key: request.param('step_key'),
      ...present({ approver: request.query.text('approver') }),
    }),
    answer: json(),
  }),
  ...[true, false].flatMap((approved) => {
    const parts = {
      path: link(approved ? 'resume' : 'cancel'),
      operation: 'approvals.answer',
      input: answer(approved),
      answer: said,
    };
    return [get({ ...parts, page: pageOf }), post(parts)];
  }),
  get({
    path: link('get_flow'),
    operation: 'approvals.flow',
    input: linkOf,
    answer: json<SuspendedFlowOutput>(suspendedFlowShape),
  }),
  get({
    path: 'w/:workspace/jobs_u/flow/approval_info/:id',
    operation: 'approvals.get',
    input: (request) => ({ id: request.param('id') }),
    answer: json<ApprovalOutput>(approvalShape),
  }),
  post({
    path: 'w/:workspace/jobs_u/flow/resume_suspended/:id',
    operation: 'approvals.resume',
    input: byOwner,
    answer: said,
  }),
  post({
    path: 'w/:workspace/jobs/flow/resume/:id',
    operation: 'approvals.resume',
    input: (request) => ({ id: request.param('id'), payload: given(request) ?? null }),
    answer: said,
  }),
];
