// What becomes of grants when the person or the group that they name is gone.
import type { Queries } from '../store/index.ts';
import { dropFromFolders, dropFromGroups } from './principals.sql.ts';

/** Port: takes a principal out of everything that items grant; the engine has the items. */
export type DropGrants = (queries: Queries, workspace: string, principal: string) => Promise<void>;

/** A later person or group of the same name inherits nothing. */
export async function dropPrincipal(
  queries: Queries,
  { workspace, principal }: { workspace: string; principal: string },
  dropGrants: DropGrants,
): Promise<void> {
  await queries.run(dropFromFolders, [workspace, principal]);
  await queries.run(dropFromGroups, [workspace, principal]);
  await dropGrants(queries, workspace, principal);
}
