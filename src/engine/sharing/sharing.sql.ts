// Every SQL statement of sharing: one grant of one item. Each uses the item's key.
import { type Statement, statement } from '../../store/index.ts';

/** $4: true to write, false to read, null for nothing; 0 rows mean that there is no such item. */
const grantIn = (table: string, kind: string): Statement =>
  statement(
    `${kind}.share`,
    `update ${table}
     set extra_perms = case
       when $4::boolean is null then extra_perms - $3::text
       else extra_perms || jsonb_build_object($3::text, $4::boolean)
     end
     where workspace = $1
       and path = $2`,
  );

/** Takes a principal ($2) out of all items of a kind; reads the workspace's part of the key. */
const dropIn = (table: string, kind: string): Statement =>
  statement(
    `${kind}.drop_principal`,
    `update ${table}
     set extra_perms = extra_perms - $2::text
     where workspace = $1
       and extra_perms ? $2`,
  );

export const dropFromApps = dropIn('engine_app', 'app');
export const dropFromFlows = dropIn('engine_flow', 'flow');
export const dropFromHttpTriggers = dropIn('engine_http_trigger', 'http_trigger');
export const dropFromResources = dropIn('engine_resource', 'resource');
export const dropFromSchedules = dropIn('engine_schedule', 'schedule');
export const dropFromScripts = dropIn('engine_script', 'script');
export const dropFromTrash = dropIn('engine_trash', 'trash');
export const dropFromVariables = dropIn('engine_variable', 'variable');

/** Is anything below $2 (`f/<folder>`), or did anything run there? Asked now and then. */
export const selectHoldsItems = statement(
  'item.in_folder',
  `select
     exists (select from engine_app where workspace = $1 and owner = $2)
     or exists (select from engine_flow where workspace = $1 and owner = $2)
     or exists (select from engine_http_trigger where workspace = $1 and owner = $2)
     or exists (select from engine_resource where workspace = $1 and owner = $2)
     or exists (select from engine_schedule where workspace = $1 and owner = $2)
     or exists (select from engine_script where workspace = $1 and owner = $2)
     or exists (select from engine_trash where workspace = $1 and owner = $2)
     or exists (select from engine_variable where workspace = $1 and owner = $2)
     or exists (
       select
       from engine_job
       where workspace = $1
         and owner = $2)
     as held`,
);

export const shareApp = grantIn('engine_app', 'app');
export const shareFlow = grantIn('engine_flow', 'flow');
export const shareHttpTrigger = grantIn('engine_http_trigger', 'http_trigger');
export const shareResource = grantIn('engine_resource', 'resource');
export const shareSchedule = grantIn('engine_schedule', 'schedule');
/** Every version: what ran under a grant that was taken back does not run by its hash either. */
export const shareScript = grantIn('engine_script', 'script');
export const shareVariable = grantIn('engine_variable', 'variable');
