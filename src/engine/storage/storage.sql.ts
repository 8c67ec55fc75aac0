// Every SQL statement of stored files. A content is written before the file that points at it, and
// stays a while after it: whoever reads it then reads it to its end.
import { statement } from '../../store/index.ts';

export const insertContent = statement(
  'storage.insert_content',
  `insert into engine_storage_content (id, workspace, started_by, doomed_at)
   values ($1, $2, $3, $4)`,
);

/**
 * Not flushed to disk at once: the commit that makes the file visible flushes the whole log before
 * it, so a chunk that a crash takes away belonged to no file.
 */
export const insertChunk = statement(
  'storage.insert_chunk',
  `with quickly as materialized (
     select set_config('synchronous_commit', 'off', true)
   )
   insert into engine_storage_chunk (content, position, bytes)
   select $1, $2, $3
   from quickly`,
);

export const completeContent = statement(
  'storage.complete_content',
  `update engine_storage_content
   set size_bytes = $2,
       sha256 = $3
   where id = $1`,
);

/** The primary key. */
export const selectChunk = statement(
  'storage.chunk',
  `select bytes
   from engine_storage_chunk
   where content = $1
     and position = $2`,
);

/** One writer of a key at a time, also of a key that is not there yet. */
export const lockKey = statement(
  'storage.lock_key',
  `select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 75))`,
);

/** Only for whom the upload belongs to, whole, and while it lasts. */
export const keepContent = statement(
  'storage.keep_content',
  `update engine_storage_content
   set doomed_at = null
   where id = $1
     and workspace = $2
     and started_by = $3
     and doomed_at > $4
     and sha256 is not null
   returning size_bytes as "sizeBytes", sha256`,
);

/** What the file at a key holds now. */
export const doomContentOfKey = statement(
  'storage.doom_content',
  `update engine_storage_content
   set doomed_at = $3
   where id = (
     select content
     from engine_storage_file
     where workspace = $1
       and key = $2
   )`,
);

export const putFile = statement(
  'storage.put_file',
  `insert into engine_storage_file (
     workspace, key, content, size_bytes, content_type, content_disposition, sha256,
     edited_by, edited_at
   )
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (workspace, key) do update
   set content = excluded.content,
       size_bytes = excluded.size_bytes,
       content_type = excluded.content_type,
       content_disposition = excluded.content_disposition,
       sha256 = excluded.sha256,
       edited_by = excluded.edited_by,
       edited_at = excluded.edited_at`,
);

const columns = `
     key,
     size_bytes as "sizeBytes",
     content_type as "contentType",
     content_disposition as "contentDisposition",
     sha256,
     edited_by as "editedBy",
     edited_at as "editedAt"`;

/** The primary key. */
export const selectFile = statement(
  'storage.file',
  `select${columns},
     content
   from engine_storage_file
   where workspace = $1
     and key = $2`,
);

/**
 * Walks the primary key from the marker on. Keys below `u/` and `f/` belong to their owners, the
 * others to all members; the same rule stands in `authorise`.
 */
export const selectFiles = statement(
  'storage.files',
  `select${columns}
   from engine_storage_file
   where workspace = $1
     and key > $2
     and key >= $3
     and starts_with(key, $3)
     and (
       $4
       or key !~ '^[uf]/'
       or split_part(key, '/', 1) || '/' || split_part(key, '/', 2) = any ($5::text[])
     )
   order by key
   limit $6`,
);

export const deleteFile = statement(
  'storage.delete_file',
  `with gone as (
     delete from engine_storage_file
     where workspace = $1
       and key = $2
     returning content
   )
   update engine_storage_content as content
   set doomed_at = $3
   from gone
   where content.id = gone.content`,
);

/** What a move writes over: its content is doomed before. */
export const dropFile = statement(
  'storage.drop_file',
  `delete from engine_storage_file
   where workspace = $1
     and key = $2`,
);

export const moveFile = statement(
  'storage.move_file',
  `update engine_storage_file
   set key = $3,
       edited_by = $4,
       edited_at = $5
   where workspace = $1
     and key = $2`,
);

/** Uses engine_storage_content_doomed; a few at a time, their chunks go with them. */
export const deleteDoomed = statement(
  'storage.delete_doomed',
  `delete from engine_storage_content
   where id in (
     select id
     from engine_storage_content
     where doomed_at < $1
     order by doomed_at
     limit 5
     for update skip locked
   )
   returning id`,
);
