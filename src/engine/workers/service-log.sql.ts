// The SQL of what processes log.
import { statement } from '../../store/index.ts';

export const appendServiceLog = statement(
  'service_log.append',
  `insert into engine_service_log (
     worker, minute_at, hostname, mode, worker_group, lines, ok_lines, err_lines, size_bytes)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (worker, minute_at) do update
   set lines = engine_service_log.lines || excluded.lines,
       ok_lines = engine_service_log.ok_lines + excluded.ok_lines,
       err_lines = engine_service_log.err_lines + excluded.err_lines,
       size_bytes = engine_service_log.size_bytes + excluded.size_bytes`,
);

/** Newest first along engine_service_log_newest. $3: of these workers; $4: only with errors. */
export const selectLogFiles = statement(
  'service_log.files',
  `select worker, minute_at as "startedAt", hostname, mode, worker_group as "workerGroup",
     ok_lines as "okLines", err_lines as "errLines", size_bytes as "sizeBytes"
   from engine_service_log
   where minute_at >= $1
     and minute_at <= $2
     and ($3::text is null or worker = $3)
     and (not $4::boolean or err_lines > 0)
   order by minute_at desc, worker
   limit $5 offset $6`,
);

/** Uses the primary key. */
export const selectLogFile = statement(
  'service_log.file',
  `select lines
   from engine_service_log
   where worker = $1
     and minute_at = $2`,
);

/**
 * Single lines, newest first: walks engine_service_log_newest and stops when it has enough. The
 * time that a line begins with orders those of one minute. $1 to $2: times; $4: levels; $5: text.
 */
export const selectLogLines = statement(
  'service_log.lines',
  `select worker, hostname, mode, worker_group as "workerGroup", line
   from engine_service_log,
     lateral (
       select line, number, substring(line from '^\\{"at":"([^"]+)"') as said_at
       from string_to_table(rtrim(lines, E'\\n'), E'\\n') with ordinality as split (line, number)
     ) as split
   where minute_at > $1::bigint - 60000
     and minute_at <= $2::bigint
     and said_at >= to_char(to_timestamp($1 / 1000.0) at time zone 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
     and said_at <= to_char(to_timestamp($2 / 1000.0) at time zone 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
     and ($3::text is null or worker = $3)
     and substring(line from '^\\{"at":"[^"]+","level":"([a-z]+)"') = any ($4::text[])
     and ($5::text is null or position(lower($5) in lower(line)) > 0)
   order by minute_at desc, said_at desc, number desc
   limit $6`,
);

/** Deletes what is older than $1, and the oldest beyond $2 bytes; a process may do it at a time. */
export const deleteOldServiceLogs = statement(
  'service_log.delete_old',
  `delete from engine_service_log
   where minute_at < $1
     or minute_at <= (
       select minute_at
       from (
         select minute_at, sum(size_bytes) over (order by minute_at desc) as newer_bytes
         from engine_service_log) as summed
       where newer_bytes > $2
       order by minute_at desc
       limit 1)`,
);
