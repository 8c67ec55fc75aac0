// The SQL of where a running job comes from.
import { statement } from '../../store/index.ts';

/**
 * The running job $1 and the flows around it, from the inside out, by primary key. Only steps that
 * the flow engine made are followed: the parent of any other job is what its starter said. With who
 * wrote the code of each: a version of a flow, or of a script.
 */
export const selectProvenance = statement(
  'job.provenance',
  `with recursive chain as (
     select 0 as depth, job.*
     from engine_job as job
     where job.id = $1
       and not job.finished
     union all
     select chain.depth + 1, parent.*
     from chain
     join engine_job as parent on parent.id = chain.parent_job and not parent.finished
     where chain.is_flow_step
       and chain.depth < 100
   )
   select chain.id, chain.workspace, chain.kind, chain.path, chain.hash,
     chain.flow_version as version, chain.created_by as "createdBy",
     chain.permissioned_as as "permissionedAs", chain.trigger_kind as "triggerKind",
     chain.schedule_path as "schedulePath", chain.is_flow_step as "isFlowStep", chain.running,
     chain.canceled, chain.token_hash as "tokenHash", chain.end_user_email as "endUserEmail",
     coalesce(version.created_by, script.created_by) as "writtenBy", version.value
   from chain
   left join engine_flow_version as version on version.version = chain.flow_version
   left join engine_script as script
     on chain.kind = 'script'
     and script.workspace = chain.workspace
     and script.hash = chain.hash
   order by chain.depth`,
);

/** Does job $1 still run? By primary key. */
export const selectRuns = statement(
  'job.runs',
  `select running
   from engine_job
   where id = $1
     and not finished
     and running
     and not canceled`,
);
