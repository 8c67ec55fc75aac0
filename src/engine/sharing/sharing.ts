// Shares one item with one person or group, beyond what its path says. Who may share has been
// decided at the door: whoever may change the item.
import { z } from 'zod';
import { notFound } from '../../base/index.ts';
import { grantOf, shareFields } from '../../identity/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { itemPath } from '../scripts/index.ts';
import * as sql from './sharing.sql.ts';

const statements = {
  apps: sql.shareApp,
  flows: sql.shareFlow,
  httpTriggers: sql.shareHttpTrigger,
  resources: sql.shareResource,
  schedules: sql.shareSchedule,
  scripts: sql.shareScript,
  variables: sql.shareVariable,
} as const;

const drops = [
  sql.dropFromApps,
  sql.dropFromFlows,
  sql.dropFromHttpTriggers,
  sql.dropFromResources,
  sql.dropFromSchedules,
  sql.dropFromScripts,
  sql.dropFromTrash,
  sql.dropFromVariables,
];

export const sharedInput = z.strictObject({ path: itemPath, ...shareFields });
export const sharedOutput = z.object({ path: z.string() });

export type Sharing = ReturnType<typeof createSharing>;

export function createSharing({
  db,
  onChanged,
}: {
  db: Database;
  /** Told after the commit: tool lists follow. */
  onChanged: (workspace: string) => void;
}) {
  return {
    /** For a person or a group that is gone: no item names it any more. */
    async dropGrants(queries: Queries, workspace: string, principal: string): Promise<void> {
      for (const drop of drops) await queries.run(drop, [workspace, principal]);
    },

    /** Is anything in the folder, or did anything run there? */
    async holdsItems(workspace: string, folder: string): Promise<boolean> {
      const values = [workspace, `f/${folder}`];
      return (await db.row<{ held: boolean }>(sql.selectHoldsItems, values))?.held ?? false;
    },

    /** Throws `not_found`. Sharing twice does no harm. */
    async share(call: Call, domain: keyof typeof statements, grant: z.output<typeof sharedInput>) {
      const workspace = workspaceOf(call);
      const { path, principal, access } = grant;
      const values = [workspace, path, principal, grantOf(access)];
      if ((await db.run(statements[domain], values)) === 0) {
        throw notFound(domain.replace(/s$/, ''), path);
      }
      onChanged(workspace);
      return { path };
    },
  };
}
