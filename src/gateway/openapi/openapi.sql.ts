// Every SQL statement of services that came as OpenAPI documents.
import { statement } from '../../store/index.ts';

/** Without the documents, which are large and mostly known by their digest. */
export const selectImported = statement(
  'gateway_openapi.list',
  `select name, title, base_url as "baseUrl", auth, address, digest, chosen,
     long_tail as "longTail", updated_by as "updatedBy", updated_at as "updatedAt"
   from gateway_openapi
   where workspace = $1
   order by name`,
);

export const selectDocument = statement(
  'gateway_openapi.document',
  `select document
   from gateway_openapi
   where workspace = $1
     and name = $2`,
);

export const upsertImported = statement(
  'gateway_openapi.set',
  `insert into gateway_openapi (
     workspace, name, title, base_url, auth, address, document, digest, chosen, long_tail,
     updated_by, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   on conflict (workspace, name) do update
   set title = excluded.title,
       base_url = excluded.base_url,
       auth = excluded.auth,
       address = excluded.address,
       document = excluded.document,
       digest = excluded.digest,
       chosen = excluded.chosen,
       long_tail = excluded.long_tail,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
);

export const updateDocument = statement(
  'gateway_openapi.refresh',
  `update gateway_openapi
   set document = $3,
       digest = $4,
       updated_by = $5,
       updated_at = $6
   where workspace = $1
     and name = $2`,
);

export const deleteImported = statement(
  'gateway_openapi.remove',
  `delete from gateway_openapi
   where workspace = $1
     and name = $2`,
);
