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

export const shareApp = grantIn('engine_app', 'app');
export const shareFlow = grantIn('engine_flow', 'flow');
export const shareHttpTrigger = grantIn('engine_http_trigger', 'http_trigger');
export const shareResource = grantIn('engine_resource', 'resource');
export const shareSchedule = grantIn('engine_schedule', 'schedule');
/** Every version: what ran under a grant that was taken back does not run by its hash either. */
export const shareScript = grantIn('engine_script', 'script');
export const shareVariable = grantIn('engine_variable', 'variable');
