// The SQL of what agents remember. All but the pruning goes by the primary key, or its beginning.
import { statement } from '../../store/index.ts';

/** Stores what a run said, and forgets all but the newest $9 runs of the same memory. */
export const keepMemory = statement(
  'agents.keep_memory',
  `with kept as (
     insert into engine_agent_memory (
       workspace, owner, flow_path, step_id, memory_id, job_id, messages, kept_at)
     values ($1, $2, $3, $4, $5, $6, $7::json, $8)
     on conflict (workspace, owner, flow_path, step_id, memory_id, job_id)
     do update set messages = excluded.messages
   )
   delete from engine_agent_memory
   where workspace = $1
     and owner = $2
     and flow_path = $3
     and step_id = $4
     and memory_id = $5
     and job_id <> $6
     and job_id <= (
       select job_id
       from engine_agent_memory
       where workspace = $1
         and owner = $2
         and flow_path = $3
         and step_id = $4
         and memory_id = $5
       order by job_id desc
       offset $9 - 1
       limit 1)`,
);

/** What the newest runs said, newest first, but for the run $6 itself. */
export const recallMemory = statement(
  'agents.recall_memory',
  `select messages
   from engine_agent_memory
   where workspace = $1
     and owner = $2
     and flow_path = $3
     and step_id = $4
     and memory_id = $5
     and job_id is distinct from $6::uuid
   order by job_id desc
   limit $7`,
);

export const listMemories = statement(
  'agents.list_memories',
  `select owner, flow_path as "flowPath", step_id as "stepId", memory_id as "memoryId",
     count(*)::int as runs, max(kept_at) as "keptAt"
   from engine_agent_memory
   where workspace = $1
     and ($2 or owner = any ($3::text[]))
   group by owner, flow_path, step_id, memory_id
   order by owner, flow_path, step_id, memory_id
   limit $4
   offset $5`,
);

/** Erases one memory, whole. */
export const eraseMemory = statement(
  'agents.erase_memory',
  `delete from engine_agent_memory
   where workspace = $1
     and owner = $2
     and flow_path = $3
     and step_id = $4
     and memory_id = $5
   returning job_id`,
);

/** Erases what was kept before $1, a batch at a time; uses engine_agent_memory_age. */
export const pruneMemories = statement(
  'agents.prune_memories',
  `delete from engine_agent_memory
   where ctid = any (array(
     select ctid
     from engine_agent_memory
     where kept_at < $1
     order by kept_at
     limit 1000))
   returning job_id`,
);
