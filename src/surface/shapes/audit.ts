// A row of the audit log as Windmill's REST shows it.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** A row of `audit.list`. */
interface AuditOutput {
  id: string;
  at: number;
  workspace: string | null;
  username: string;
  operation: string;
  target: string | null;
  outcome: string;
  code: string | null;
  surface: string;
  callerKind: string;
  jobId: string | null;
  tokenPrefix: string | null;
}

/** Windmill tells four kinds of action apart, by what an operation's verb begins with. */
function kindOf(operation: string): string {
  const [, verb = ''] = operation.split('.');
  if (/^(?:create|add)/.test(verb)) return 'Created';
  if (/^(?:delete|remove|archive)/.test(verb)) return 'Delete';
  return /^(?:update|set|share|rotate)/.test(verb) ? 'Updated' : 'Execute';
}

export function auditShape(row: AuditOutput): Wire {
  return withoutNulls({
    workspace_id: row.workspace,
    id: row.id,
    timestamp: isoTime(row.at),
    username: row.username,
    operation: row.operation,
    action_kind: kindOf(row.operation),
    resource: row.target,
    parameters: withoutNulls({
      outcome: row.outcome,
      code: row.code,
      surface: row.surface,
      caller: row.callerKind,
      job: row.jobId,
      token_prefix: row.tokenPrefix,
    }),
  });
}
