// Every SQL statement of what went through by the hour and the day, and of its alerts.
import { statement } from '../../store/index.ts';

/** $1: JSON array of sums, each key once and in order, so that two processes do not deadlock. */
export const addBuckets = statement(
  'gateway_throughput.add',
  `insert into gateway_audit_bucket as known (
     workspace, kind, starts_at, subject, service, action, client, actor,
     calls, bytes_in, bytes_out, failed_calls, failed_bytes, first_at, last_at)
   select workspace, kind, "startsAt", subject, service, action, client, actor,
     calls, "bytesIn", "bytesOut", "failedCalls", "failedBytes", "firstAt", "lastAt"
   from json_to_recordset($1) as row (
     workspace text, kind text, "startsAt" bigint, subject text, service text, action text,
     client text, actor text, calls bigint, "bytesIn" bigint, "bytesOut" bigint,
     "failedCalls" bigint, "failedBytes" bigint, "firstAt" bigint, "lastAt" bigint)
   on conflict (workspace, kind, starts_at, subject, service, action, client, actor) do update
   set calls = known.calls + excluded.calls,
     bytes_in = known.bytes_in + excluded.bytes_in,
     bytes_out = known.bytes_out + excluded.bytes_out,
     failed_calls = known.failed_calls + excluded.failed_calls,
     failed_bytes = known.failed_bytes + excluded.failed_bytes,
     first_at = least(known.first_at, excluded.first_at),
     last_at = greatest(known.last_at, excluded.last_at)`,
);

/**
 * $1: JSON array of whom to look at, in order; $2 now. Answers those that were not told of in any
 * process. Uses the primary keys.
 */
export const insertAlerts = statement(
  'gateway_throughput.alert',
  `insert into gateway_audit_alert (
     workspace, starts_at, subject, at, bytes_out, limit_bytes)
   select wanted.workspace, wanted."startsAt", wanted.subject, $2, total.bytes, wanted."limitBytes"
   from json_to_recordset($1) as wanted (
     workspace text, "startsAt" bigint, subject text, "limitBytes" bigint)
   cross join lateral (
     select sum(bytes_out) as bytes
     from gateway_audit_bucket
     where workspace = wanted.workspace
       and kind = 'hour'
       and starts_at = wanted."startsAt"
       and subject = wanted.subject
   ) as total
   where total.bytes >= wanted."limitBytes"
   on conflict (workspace, starts_at, subject) do nothing
   returning workspace, starts_at as "startsAt", subject, bytes_out as "bytesOut",
     limit_bytes as "limitBytes"`,
);

/** The newest first. Uses the primary key. */
export const listAlerts = statement(
  'gateway_throughput.alerts',
  `select starts_at as "startsAt", subject, at, bytes_out as "bytesOut",
     limit_bytes as "limitBytes"
   from gateway_audit_alert
   where workspace = $1
   order by starts_at desc, subject
   limit $2 offset $3`,
);

/** The most bytes first. Uses the primary key. */
export const listBuckets = statement(
  'gateway_throughput.list',
  `select kind, starts_at as "startsAt", subject, service, action, client, actor, calls,
     bytes_in as "bytesIn", bytes_out as "bytesOut", failed_calls as "failedCalls",
     failed_bytes as "failedBytes", first_at as "firstAt", last_at as "lastAt"
   from gateway_audit_bucket
   where workspace = $1
     and kind = $2
     and starts_at > $3
     and starts_at < $4
     and ($5::text is null or subject = $5)
     and ($6::text is null or service = $6)
   order by starts_at desc, bytes_out desc, subject, service, action, client, actor
   limit $7 offset $8`,
);

/** By $6: person, service, delegation or client; the newest day first. Uses the primary key. */
export const sumUsage = statement(
  'gateway_throughput.usage',
  `select starts_at as day,
     case $6
       when 'person' then subject
       when 'service' then service
       when 'delegation' then actor
       else client
     end as what,
     sum(calls)::bigint as calls, sum(bytes_in)::bigint as "bytesIn",
     sum(bytes_out)::bigint as "bytesOut", sum(failed_calls)::bigint as "failedCalls",
     count(distinct subject) as people
   from gateway_audit_bucket
   where workspace = $1
     and kind = 'day'
     and starts_at > $2
     and starts_at < $3
     and ($4::text is null or subject = $4)
     and ($5::text is null or service = $5)
     and ($6 <> 'delegation' or actor <> '')
   group by day, what
   order by day desc, "bytesOut" desc, what
   limit $7 offset $8`,
);

export const pruneBuckets = statement(
  'gateway_throughput.prune',
  `delete from gateway_audit_bucket
   where workspace = $1
     and kind = $2
     and starts_at < $3`,
);

export const pruneAlerts = statement(
  'gateway_throughput.prune_alerts',
  `delete from gateway_audit_alert
   where workspace = $1
     and starts_at < $2`,
);
