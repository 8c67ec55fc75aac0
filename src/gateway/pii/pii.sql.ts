// Every SQL statement of the maps of pseudonyms and of their settings.
import { statement } from '../../store/index.ts';

/** Uses the primary key. */
export const selectSettings = statement(
  'pii.settings',
  `select enabled, strategy, types, phone_regions as "phoneRegions", patterns, crossings,
     updated_by as "updatedBy", updated_at as "updatedAt"
   from gateway_pii_settings
   where workspace = $1`,
);

export const upsertSettings = statement(
  'pii.set_settings',
  `insert into gateway_pii_settings (workspace, enabled, strategy, types, phone_regions, patterns,
     crossings, updated_by, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (workspace) do update
   set enabled = excluded.enabled, strategy = excluded.strategy, types = excluded.types,
     phone_regions = excluded.phone_regions, patterns = excluded.patterns,
     crossings = excluded.crossings, updated_by = excluded.updated_by,
     updated_at = excluded.updated_at`,
);

/** Uses gateway_pii_owner's key of workspace, person and namespace, as all of an owner do. */
export const selectOwner = statement(
  'pii.owner',
  `select id, sealed_key as "sealedKey"
   from gateway_pii_owner
   where workspace = $1
     and user_id = $2
     and namespace = $3`,
);

/** 0 rows: another call was faster. */
export const insertOwner = statement(
  'pii.insert_owner',
  `insert into gateway_pii_owner (id, workspace, user_id, namespace, sealed_key, created_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace, user_id, namespace) do nothing`,
);

export const deleteOwner = statement(
  'pii.delete_owner',
  `delete from gateway_pii_owner
   where id = $1`,
);

/** The newest of a map that still have their value ($2: now); uses gateway_pii_token_newest. */
export const selectNewest = statement(
  'pii.newest',
  `select type, number, sealed, services, expires_at as "expiresAt"
   from gateway_pii_token
   where owner_id = $1
     and expires_at > $2
     and sealed is not null
   order by seen_at desc
   limit $3`,
);

/**
 * Numbers for values ($2 types, $3 digests, $4 sealed, in the order of the text), new ones or those
 * that they had; $5: now, $6: when they expire, $7: the service. One statement, so that a result
 * costs one query. The row of the owner is held, because two calls may bring the same values in
 * another order; a number that a lost race drew is left out. No rows: the map was forgotten.
 */
export const mintTokens = statement(
  'pii.mint',
  `with held as materialized (
     select id, workspace, user_id
     from gateway_pii_owner
     where id = $1
     for update
   ), wanted as (
     select type, digest, sealed, place
     from unnest($2::text[], $3::text[], $4::text[]) with ordinality
       as given (type, digest, sealed, place)
   ), seen as (
     update gateway_pii_token as token
     set sealed = wanted.sealed, seen_at = $5, expires_at = $6,
       services = case
         when $7 = any (token.services) then token.services
         else token.services || $7::text
       end
     from wanted
     cross join held
     where token.owner_id = held.id
       and token.type = wanted.type
       and token.digest = wanted.digest
     returning token.type, token.digest, token.number, token.services
   ), missing as (
     select wanted.type, wanted.digest, wanted.sealed,
       row_number() over (partition by wanted.type order by wanted.place) as place,
       count(*) over (partition by wanted.type) as total
     from wanted
     where not exists (
       select
       from seen
       where seen.type = wanted.type
         and seen.digest = wanted.digest)
   ), counted as (
     insert into gateway_pii_counter as counter (workspace, user_id, type, last)
     select held.workspace, held.user_id, missing.type, count(*)
     from missing
     cross join held
     group by held.workspace, held.user_id, missing.type
     order by missing.type
     on conflict (workspace, user_id, type) do update
     set last = counter.last + excluded.last
     returning counter.type, counter.last
   ), made as (
     insert into gateway_pii_token as token (owner_id, type, number, digest, sealed, services,
       created_at, seen_at, expires_at)
     select held.id, missing.type, counted.last - missing.total + missing.place, missing.digest,
       missing.sealed, array[$7::text], $5, $5, $6
     from missing
     join counted on counted.type = missing.type
     cross join held
     order by missing.type, missing.place
     on conflict (owner_id, type, digest) do update
     set seen_at = excluded.seen_at
     returning token.type, token.digest, token.number, token.services
   )
   select type, digest, number, services
   from seen
   union all
   select type, digest, number, services
   from made`,
);

/** What the tokens of a map stand for ($4 types, $5 numbers); uses the primary key. */
export const selectTokens = statement(
  'pii.resolve',
  `select owner.id as "ownerId", owner.sealed_key as "sealedKey", token.type, token.number,
     token.sealed, token.services, token.expires_at as "expiresAt"
   from gateway_pii_owner as owner
   join unnest($4::text[], $5::integer[]) as wanted (type, number) on true
   join gateway_pii_token as token
     on token.owner_id = owner.id
     and token.type = wanted.type
     and token.number = wanted.number
   where owner.workspace = $1
     and owner.user_id = $2
     and owner.namespace = $3`,
);

export const markUsed = statement(
  'pii.mark_used',
  `update gateway_pii_token as token
   set uses = token.uses + 1, used_at = $4
   from unnest($2::text[], $3::integer[]) as wanted (type, number)
   where token.owner_id = $1
     and token.type = wanted.type
     and token.number = wanted.number`,
);

/** A person's tokens over all of their maps, last seen first. */
export const selectMap = statement(
  'pii.list',
  `select owner.id as "ownerId", owner.namespace, owner.sealed_key as "sealedKey", token.type,
     token.number, left(token.digest, 12) as fingerprint, token.sealed, token.services,
     token.created_at as "createdAt", token.seen_at as "seenAt", token.expires_at as "expiresAt",
     token.used_at as "usedAt", token.uses
   from gateway_pii_owner as owner
   join gateway_pii_token as token on token.owner_id = owner.id
   where owner.workspace = $1
     and owner.user_id = $2
   order by token.seen_at desc, token.type, token.number desc
   limit $3 offset $4`,
);

/** $3 null: all of the person's maps. The tokens go with them; the counters stay. */
export const forgetMaps = statement(
  'pii.forget',
  `with forgotten as (
     delete from gateway_pii_owner
     where workspace = $1
       and user_id = $2
       and ($3::text is null or namespace = $3)
     returning id
   )
   select count(*) as tokens
   from gateway_pii_token as token
   join forgotten on forgotten.id = token.owner_id`,
);

/** Uses gateway_pii_token_live. */
export const clearExpired = statement(
  'pii.clear_expired',
  `update gateway_pii_token
   set sealed = null
   where expires_at <= $1
     and sealed is not null`,
);

/** Uses gateway_pii_token_expired. */
export const deleteExpired = statement(
  'pii.delete_expired',
  `delete from gateway_pii_token
   where expires_at <= $1
     and sealed is null`,
);

/** Maps without any token, such as those of delegations that ended. */
export const deleteEmptyOwners = statement(
  'pii.delete_empty_owners',
  `delete from gateway_pii_owner as owner
   where owner.created_at <= $1
     and not exists (
       select
       from gateway_pii_token as token
       where token.owner_id = owner.id)`,
);
