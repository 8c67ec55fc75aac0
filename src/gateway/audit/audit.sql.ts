// Every SQL statement of the log of service calls: writing, reading, chains and anchors. What is
// counted by the hour is in `throughput.sql.ts`.
import { statement } from '../../store/index.ts';

const content = `
     id, at, workspace, subject, actor, delegation_id, grant_id, job_id, instance, service, action,
     class, decision, reason_code, hook, pii_counts, duration_ms, upstream_ms, bytes_in, bytes_out,
     client, request_hash, schema_hash, caused_by`;

const given = `
     id, at, workspace, subject, actor, "delegationId", "grantId", "jobId", instance, service,
     action, class, decision, "reasonCode", hook, "piiCounts", "durationMs", "upstreamMs",
     "bytesIn", "bytesOut", client, "requestHash", "schemaHash", "causedBy"`;

const types = `
     id uuid, at bigint, workspace text, subject text, actor text, "delegationId" text,
     "grantId" text, "jobId" text, instance text, service text, action text, class text,
     decision text, "reasonCode" text, hook text, "piiCounts" jsonb, "durationMs" double precision,
     "upstreamMs" double precision, "bytesIn" bigint, "bytesOut" bigint, client text,
     "requestHash" text, "schemaHash" text, "causedBy" text`;

/** $1: JSON array of rows, held until $2. One that ended already stays as it is. */
export const insertStarted = statement(
  'gateway_audit.start',
  `insert into gateway_audit (${content}, leased_until)
   select ${given}, $2
   from json_to_recordset($1) as row (${types})
   on conflict (id) do nothing`,
);

/**
 * $1: JSON array of rows with their places, whether a start was stored or not. Answers the ids; one
 * that has a place already is not among them.
 */
export const sealRows = statement(
  'gateway_audit.seal',
  `insert into gateway_audit (${content}, chain, seq, prev_hash, row_hash)
   select ${given}, chain, seq, decode("prevHash", 'hex'), decode("rowHash", 'hex')
   from json_to_recordset($1) as row (
     ${types}, chain uuid, seq bigint, "prevHash" text, "rowHash" text)
   on conflict (id) do update
   set (${content}, chain, seq, prev_hash, row_hash, leased_until) = row (
     excluded.id, excluded.at, excluded.workspace, excluded.subject, excluded.actor,
     excluded.delegation_id, excluded.grant_id, excluded.job_id, excluded.instance,
     excluded.service, excluded.action, excluded.class, excluded.decision, excluded.reason_code,
     excluded.hook, excluded.pii_counts, excluded.duration_ms, excluded.upstream_ms,
     excluded.bytes_in, excluded.bytes_out, excluded.client, excluded.request_hash,
     excluded.schema_hash, excluded.caused_by, excluded.chain, excluded.seq, excluded.prev_hash,
     excluded.row_hash, null)
   where gateway_audit.seq is null
   returning id`,
);

/** Which of $1 have their place already. Uses the primary key. */
export const selectSealed = statement(
  'gateway_audit.sealed',
  `select id
   from gateway_audit
   where id = any ($1::uuid[])
     and seq is not null`,
);

export const insertChains = statement(
  'gateway_audit.open_chains',
  `insert into gateway_audit_chain (id, workspace, opened_at)
   select id, workspace, $2
   from json_to_recordset($1) as row (id uuid, workspace text)`,
);

/** Uses the primary key. */
export const renewLeases = statement(
  'gateway_audit.renew',
  `update gateway_audit
   set leased_until = $2
   where id = any ($1::uuid[])
     and seq is null`,
);

const row = `
     id, at, workspace, subject, actor, delegation_id as "delegationId", grant_id as "grantId",
     job_id as "jobId", instance, service, action, class, decision, reason_code as "reasonCode",
     hook, pii_counts as "piiCounts", duration_ms as "durationMs", upstream_ms as "upstreamMs",
     bytes_in as "bytesIn", bytes_out as "bytesOut", client, request_hash as "requestHash",
     schema_hash as "schemaHash", caused_by as "causedBy", chain, seq,
     encode(prev_hash, 'hex') as "prevHash", encode(row_hash, 'hex') as "rowHash"
   from gateway_audit`;

/** Whose process is gone. Uses gateway_audit_open. */
export const selectLost = statement(
  'gateway_audit.lost',
  `select ${row}
   where seq is null
     and leased_until < $1
   order by leased_until
   limit 500`,
);

/** Rows of workspace $1 that the filters let through; null filters do not apply. */
const chosen = `
   where workspace = $1
     and at > $2
     and at < $3
     and ($4::text is null or subject = $4)
     and ($5::text is null or actor = $5)
     and ($6::text is null or service = $6)
     and ($7::text is null or action = $7)
     and ($8::text is null or decision = $8)
     and ($9::text is null or reason_code = $9)`;

/** The newest first. Uses gateway_audit_newest. */
export const listRows = statement(
  'gateway_audit.list',
  `select ${row} ${chosen}
   order by at desc, id desc
   limit $10 offset $11`,
);

/** The oldest first, after the row of $10 and $11. Uses gateway_audit_newest. */
export const exportRows = statement(
  'gateway_audit.export',
  `select ${row} ${chosen}
     and (at, id) > ($10::bigint, $11::uuid)
   order by at, id
   limit $12`,
);

/** What was done in the name of $2, the newest first. Uses gateway_audit_subject. */
export const listOwnRows = statement(
  'gateway_audit.own',
  `select ${row}
   where workspace = $1
     and subject = $2
     and at > $3
     and at < $4
     and ($5::text is null or service = $5)
     and ($6::text is null or decision = $6)
   order by at desc, id desc
   limit $7 offset $8`,
);

export const selectRow = statement(
  'gateway_audit.get',
  `select ${row}
   where id = $1
     and workspace = $2`,
);

/** What of chain $1 comes after $2. Uses gateway_audit_link. */
export const selectLinks = statement(
  'gateway_audit.links',
  `select ${row}
   where chain = $1
     and seq > $2
   order by seq
   limit $3`,
);

/** Those that were opened after $2. Uses gateway_audit_chain_workspace. */
export const selectChains = statement(
  'gateway_audit.chains',
  `select id, opened_at as "openedAt"
   from gateway_audit_chain
   where workspace = $1
     and opened_at > $2
   order by opened_at, id`,
);

/** The few workspaces that have any. */
export const selectWorkspaces = statement(
  'gateway_audit.workspaces',
  `select distinct workspace
   from gateway_audit_chain
   order by workspace`,
);

/** The last rows of chains. Uses gateway_audit_link, once for each. */
export const selectHeads = statement(
  'gateway_audit.heads',
  `select head.chain, head.seq, encode(head.row_hash, 'hex') as hash
   from unnest($1::uuid[]) as wanted (id)
   cross join lateral (
     select chain, seq, row_hash
     from gateway_audit
     where chain = wanted.id
     order by seq desc
     limit 1
   ) as head
   order by head.chain`,
);

/** One that is over and in no chain that is known. Uses gateway_audit_newest. */
export const selectStray = statement(
  'gateway_audit.stray',
  `select id, at, coalesce(seq, 0) as seq
   from gateway_audit
   where workspace = $1
     and decision <> 'started'
     and not exists (
       select 1
       from gateway_audit_chain
       where id = gateway_audit.chain
         and workspace = gateway_audit.workspace)
   order by at
   limit 1`,
);

/** Some rows of chain $1. Uses gateway_audit_link. */
export const pruneRows = statement(
  'gateway_audit.prune',
  `delete from gateway_audit
   where id = any (array(
     select id
     from gateway_audit
     where chain = $1
     order by seq
     limit $2))`,
);

export const deleteChain = statement(
  'gateway_audit.close_chain',
  `delete from gateway_audit_chain
   where id = $1`,
);

const anchor = `
     number, at, chains, purged, prev_hash as "prevHash", hash, signature
   from gateway_audit_anchor`;

/** After $2, in their order. */
export const selectAnchors = statement(
  'gateway_audit.anchors',
  `select ${anchor}
   where workspace = $1
     and number > $2
   order by number
   limit $3`,
);

export const selectLastAnchor = statement(
  'gateway_audit.last_anchor',
  `select ${anchor}
   where workspace = $1
   order by number desc
   limit 1`,
);

/** Of two processes one makes it. */
export const insertAnchor = statement(
  'gateway_audit.insert_anchor',
  `insert into gateway_audit_anchor (
     workspace, number, at, chains, purged, prev_hash, hash, signature)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (workspace, number) do nothing`,
);

export const selectSettings = statement(
  'gateway_audit.settings',
  `select retention_days as "retentionDays", alert_mb_per_hour as "alertMbPerHour",
     reads_without_audit as "readsWithoutAudit", alert_host as "alertHost"
   from gateway_audit_settings
   where workspace = $1`,
);

export const selectAlertUrl = statement(
  'gateway_audit.alert_url',
  `select alert_url as "alertUrl"
   from gateway_audit_settings
   where workspace = $1`,
);

/** The address ($6, sealed) changes with its host ($5) only when $7. */
export const upsertSettings = statement(
  'gateway_audit.set_settings',
  `insert into gateway_audit_settings (
     workspace, retention_days, alert_mb_per_hour, reads_without_audit, alert_host, alert_url)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace) do update
   set retention_days = excluded.retention_days,
     alert_mb_per_hour = excluded.alert_mb_per_hour,
     reads_without_audit = excluded.reads_without_audit,
     alert_host = excluded.alert_host,
     alert_url = case when $7::boolean
       then excluded.alert_url
       else gateway_audit_settings.alert_url
     end`,
);
