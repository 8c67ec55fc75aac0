export {
  type AuditHandle,
  createServiceAudit,
  type Exported,
  type ExportWanted,
  type ServiceAudit,
  type ServiceAuditDeps,
} from './service-audit.ts';
export type { CallFacts, CallOutcome } from './row.ts';
