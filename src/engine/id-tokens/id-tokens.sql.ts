// Every SQL statement of id tokens.
import { statement } from '../../store/index.ts';

/** A handful of rows. */
export const selectSigningKeys = statement(
  'id_token.keys',
  `select kid, public_jwk as "publicJwk", sealed, created_at as "createdAt"
   from engine_signing_key
   order by created_at desc, kid`,
);

/** Two processes that find no key make one key. */
export const lockSigningKeys = statement(
  'id_token.lock_keys',
  `select pg_advisory_xact_lock(hashtextextended('engine_signing_key', 85))`,
);

export const insertSigningKey = statement(
  'id_token.insert_key',
  `insert into engine_signing_key (kid, public_jwk, sealed, created_at)
   values ($1, $2, $3, $4)`,
);

export const deleteSigningKeys = statement(
  'id_token.delete_keys',
  `delete from engine_signing_key
   where kid = any ($1::text[])`,
);

/**
 * The running job, and whatever it is a step of, outermost last. Up by the primary key: parents of
 * steps are written by the engine alone, the root may be named by whoever starts a run.
 */
export const selectJobAndFlows = statement(
  'id_token.job',
  `with recursive chain as (
     select kind, path, parent_job, is_flow_step, 0 as height
     from engine_job
     where id = $1
       and not finished
       and running
     union all
     select parent.kind, parent.path, parent.parent_job, parent.is_flow_step, chain.height + 1
     from chain
     join engine_job as parent on parent.id = chain.parent_job
     where chain.is_flow_step
       and chain.height < 100
   )
   select kind, path
   from chain
   order by height`,
);
