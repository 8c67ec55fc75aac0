export { createApprovals } from './approvals.ts';
export { createLinks } from './links.ts';
export { approvalOperations } from './operations/index.ts';
