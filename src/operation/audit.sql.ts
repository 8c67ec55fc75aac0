// Every SQL statement of the audit log.
import { statement } from '../store/index.ts';

/** $1: JSON array of rows. One statement a batch, whatever its size, so that its plan is reused. */
export const insertAuditRows = statement(
  'audit.insert',
  `insert into operation_audit (
     id, at, workspace, email, username, caller_kind, token_prefix, job_id,
     surface, operation, risk, target, outcome, code, duration_ms, caused_by, times)
   select
     id, at, workspace, email, username, "callerKind", "tokenPrefix", "jobId",
     surface, operation, risk, target, outcome, code, "durationMs", "causedBy", times
   from json_to_recordset($1) as row (
     id uuid, at bigint, workspace text, email text, username text, "callerKind" text,
     "tokenPrefix" text, "jobId" uuid, surface text, operation text, risk text, target text,
     outcome text, code text, "durationMs" real, "causedBy" uuid, times integer)`,
);

/** What an operation does to what it is about, by the word that its verb begins with. */
const kind = `case
       when operation ~ '\\.(create|add)' then 'create'
       when operation ~ '\\.(delete|remove|archive)' then 'delete'
       when operation ~ '\\.(update|set|share|rotate)' then 'update'
       else 'execute'
     end`;

const columns = `
     id, number, ${kind} as kind, at, workspace, email, username, caller_kind as "callerKind",
     token_prefix as "tokenPrefix", job_id as "jobId", surface, operation, risk, target,
     outcome, code, duration_ms as "durationMs", caused_by as "causedBy", times
   from operation_audit`;

/**
 * The newest rows of a workspace ($1) before $2, at most $3; null filters do not apply. A job ($9)
 * is what a call was about, or who called. Uses operation_audit_workspace.
 */
export const listAuditRows = statement(
  'audit.list',
  `select ${columns}
   where workspace is not distinct from $1
     and at < $2
     and at > $4
     and ($5::text is null or username = $5)
     and ($6::text is null or operation = $6)
     and ($7::text is null or target = $7)
     and ($9::uuid is null or job_id = $9 or right(target, 36) = $9::text)
     and ($10::text is null or ${kind} = $10)
   order by at desc
   limit $3 offset $8`,
);

export const selectAuditRow = statement(
  'audit.get',
  `select ${columns}
   where id = $1
     and workspace is not distinct from $2`,
);

/** Uses operation_audit_number. */
export const selectAuditRowByNumber = statement(
  'audit.get_by_number',
  `select ${columns}
   where number = $1
     and workspace is not distinct from $2`,
);
