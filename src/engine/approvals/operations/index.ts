// The list of approval operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Approvals } from '../approvals.ts';
import { answerApproval } from './answer.ts';
import { flowOfApproval } from './flow.ts';
import { getApproval } from './get.ts';
import { listApprovals } from './list.ts';
import { resumeUrls } from './resume-urls.ts';
import { resumeFlow } from './resume.ts';
import { showApproval } from './show.ts';
import { workflowUrls } from './workflow-urls.ts';

export const approvalOperations = (approvals: Approvals): AnyOperation[] => [
  resumeUrls(approvals),
  showApproval(approvals),
  answerApproval(approvals),
  flowOfApproval(approvals),
  getApproval(approvals),
  listApprovals(approvals),
  resumeFlow(approvals),
  workflowUrls(approvals),
];
