// What a group is: a principal, `g/<name>`, that folders and items may grant something to.
import { z } from 'zod';
import { extraPerms, groupName, summary } from '../names.ts';

export const group = z.object({
  name: groupName,
  summary,
  members: z.array(z.string()).describe('usernames'),
  extraPerms: extraPerms.describe('who else may change the group: principal → true'),
});

export type Group = z.infer<typeof group>;

/** Every workspace has these from the beginning, as Windmill's do; `all` holds everybody. */
export const builtInGroups = [
  { name: 'all', summary: 'Everybody in the workspace' },
  { name: 'error_handler', summary: 'Whom error handlers run as' },
  { name: 'slack', summary: 'Whom commands from Slack run as' },
  { name: 'wm_deployers', summary: 'May deploy on behalf of others' },
] as const;

export function isBuiltIn(name: string): boolean {
  return builtInGroups.some((known) => known.name === name);
}
