// Every SQL statement of MCP servers as services; each begins with the primary key.
import { statement } from '../../store/index.ts';

export const selectUpstreams = statement(
  'gateway_upstream.list',
  `select name, title, description, address, program, sealed_env as "sealedEnv", auth,
     limit_ms as "limitMs", unusable, updated_by as "updatedBy", updated_at as "updatedAt"
   from gateway_upstream
   where workspace = $1
   order by name`,
);

export const upsertUpstream = statement(
  'gateway_upstream.set',
  `insert into gateway_upstream (
     workspace, name, title, description, address, program, sealed_env, auth, limit_ms, unusable,
     updated_by, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', $10, $11)
   on conflict (workspace, name) do update
   set title = excluded.title,
       description = excluded.description,
       address = excluded.address,
       program = excluded.program,
       sealed_env = excluded.sealed_env,
       auth = excluded.auth,
       limit_ms = excluded.limit_ms,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
);

export const updateUnusable = statement(
  'gateway_upstream.unusable',
  `update gateway_upstream
   set unusable = $3
   where workspace = $1
     and name = $2`,
);

export const deleteUpstream = statement(
  'gateway_upstream.remove',
  `delete from gateway_upstream
   where workspace = $1
     and name = $2`,
);

/** Of every server of a workspace. */
export const selectTools = statement(
  'gateway_upstream_tool.list',
  `select upstream, name, seen, seen_digest as "seenDigest", seen_at as "seenAt", gone, pinned,
     pinned_digest as "pinnedDigest", class, listed, approved_by as "approvedBy",
     approved_at as "approvedAt"
   from gateway_upstream_tool
   where workspace = $1
   order by upstream, name`,
);

/** What was seen; answers a row when it is news. A server that was removed meanwhile has none. */
export const upsertSeen = statement(
  'gateway_upstream_tool.see',
  `insert into gateway_upstream_tool (
     workspace, upstream, name, seen, seen_digest, seen_at)
   select $1, $2, $3, $4, $5, $6
   from gateway_upstream
   where workspace = $1
     and name = $2
   on conflict (workspace, upstream, name) do update
   set seen = excluded.seen,
       seen_digest = excluded.seen_digest,
       seen_at = excluded.seen_at,
       gone = false
   where gateway_upstream_tool.seen_digest <> excluded.seen_digest
      or gateway_upstream_tool.gone
   returning pinned_digest as "pinnedDigest"`,
);

export const updateGone = statement(
  'gateway_upstream_tool.gone',
  `update gateway_upstream_tool
   set gone = true
   where workspace = $1
     and upstream = $2
     and name <> all($3::text[])
     and not gone
   returning name`,
);

/** Only what the admin looked at: the digest is part of the question. */
export const approveTool = statement(
  'gateway_upstream_tool.approve',
  `update gateway_upstream_tool
   set pinned = seen,
       pinned_digest = seen_digest,
       class = $5,
       listed = $6,
       approved_by = $7,
       approved_at = $8
   where workspace = $1
     and upstream = $2
     and name = $3
     and seen_digest = $4
   returning name`,
);
