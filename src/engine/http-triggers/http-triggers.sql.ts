// Every SQL statement of HTTP routes. All use the primary key unless they say otherwise.
import { statement } from '../../store/index.ts';

const columns = `
     workspace as "workspaceId", path, route_path as "routePath",
     workspaced_route as "workspacedRoute", http_method as "httpMethod",
     script_path as "scriptPath", is_flow as "isFlow", request_type as "requestType",
     authentication_method as "authenticationMethod",
     authentication_resource as "authenticationResourcePath", wrap_body as "wrapBody",
     raw_string as "rawString", retry, error_handler as "errorHandlerPath",
     error_handler_args as "errorHandlerArgs", static_key as "staticKey",
     is_website as "isWebsite", enabled, summary, description, labels,
     extra_perms as "extraPerms", permissioned_as as "permissionedAs", email,
     edited_by as "editedBy", edited_at as "editedAt"`;

export const selectHttpTrigger = statement(
  'http_trigger.get',
  `select ${columns}
   from engine_http_trigger
   where workspace = $1
     and path = $2`,
);

export const selectHttpTriggerPerms = statement(
  'http_trigger.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_http_trigger
   where workspace = $1
     and path = $2`,
);

/** Every route that answers, of all workspaces: the table that requests are matched with. */
export const selectRoutes = statement(
  'http_trigger.routes',
  `select ${columns}, scopes
   from engine_http_trigger
   where enabled`,
);

/** What already answers these addresses, whichever workspace it is of; uses the unique index. */
export const selectRouteOwner = statement(
  'http_trigger.route_owner',
  `select workspace as "workspaceId", path
   from engine_http_trigger
   where http_method = $1
     and route_key = $2`,
);

/** Errors with 23505 when the path or the route is taken. */
export const insertHttpTrigger = statement(
  'http_trigger.insert',
  `insert into engine_http_trigger (
     workspace, path, route_path, route_key, workspaced_route, http_method, script_path, is_flow,
     request_type, authentication_method, authentication_resource, wrap_body, raw_string, enabled,
     summary, description, labels, extra_perms, permissioned_as, email, scopes, edited_by,
     edited_at, retry, error_handler, error_handler_args,
     static_key, is_website)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
     $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
);

export const updateHttpTrigger = statement(
  'http_trigger.update',
  `update engine_http_trigger
   set route_path = $3,
       route_key = $4,
       workspaced_route = $5,
       http_method = $6,
       script_path = $7,
       is_flow = $8,
       request_type = $9,
       authentication_method = $10,
       authentication_resource = $11,
       wrap_body = $12,
       raw_string = $13,
       enabled = $14,
       summary = $15,
       description = $16,
       labels = $17,
       extra_perms = $18,
       permissioned_as = $19,
       email = $20,
       scopes = $21,
       edited_by = $22,
       edited_at = $23,
       retry = $24,
       error_handler = $25,
       error_handler_args = $26,
       static_key = $27,
       is_website = $28
   where workspace = $1
     and path = $2`,
);

export const enableHttpTrigger = statement(
  'http_trigger.enable',
  `update engine_http_trigger
   set enabled = $3
   where workspace = $1
     and path = $2`,
);

export const deleteHttpTrigger = statement(
  'http_trigger.delete',
  `delete from engine_http_trigger
   where workspace = $1
     and path = $2`,
);

/** A page of what the caller may read ($2 to $4: `readableBy`). Null filters do not apply. */
export const selectHttpTriggers = statement(
  'http_trigger.list',
  `select ${columns}
   from engine_http_trigger
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and ($5::text is null or script_path = $5)
     and ($6::boolean is null or is_flow = $6)
     and ($7::text is null or starts_with(path, $7))
   order by path
   limit $8 offset $9`,
);

/** What starts a runnable by itself; uses the indexes on script_path. */
export const countTriggers = statement(
  'http_trigger.counts',
  `select
     (select schedule
      from engine_schedule
      where workspace = $1
        and path = $2
        and script_path = $2
        and is_flow = $3) as "primarySchedule",
     (select count(*)
      from engine_schedule
      where workspace = $1
        and script_path = $2
        and is_flow = $3) as schedules,
     (select count(*)
      from engine_http_trigger
      where workspace = $1
        and script_path = $2
        and is_flow = $3) as "httpRoutes"`,
);

/** Of a job that a route started: which route. */
export const selectRouteJob = statement(
  'http_trigger.job',
  `select trigger_path as "triggerPath"
   from engine_job
   where id = $1
     and workspace = $2
     and trigger_kind = 'http'`,
);
