// The SQL of scripts that only somebody's own files hold.
import { statement } from '../../store/index.ts';

/** Storing the same content again keeps it longer. */
export const upsertLocal = statement(
  'script.upsert_local',
  `insert into engine_local_script (workspace, hash, content, stored_at)
   values ($1, $2, $3, $4)
   on conflict (workspace, hash) do update
   set stored_at = excluded.stored_at`,
);

/** Uses engine_local_script_age. */
export const deleteOldLocals = statement(
  'script.delete_old_locals',
  `delete from engine_local_script
   where stored_at < $1`,
);

export const selectLocal = statement(
  'script.local',
  `select content
   from engine_local_script
   where workspace = $1
     and hash = $2`,
);

/**
 * Which of these paths hold exactly this content now, as far as the caller may read: $2 all, $3
 * owners, $4 principals; $5 and $6: paths and the SHA-256 of contents. Uses engine_script_head.
 */
export const selectSame = statement(
  'script.same',
  `select script.path
   from unnest($5::text[], $6::text[]) as asked (path, hash)
   join engine_script as script on script.workspace = $1
     and script.path = asked.path
     and not script.archived
     and not script.deleted
   where ($2 or script.owner = any ($3) or script.extra_perms ?| $4)
     and encode(sha256(convert_to(script.content, 'UTF8')), 'hex') = asked.hash`,
);
