// Shares one item with one person or group, beyond what its path says. Who may share has been
// decided at the door: whoever may change the item.
import { z } from 'zod';
import { notFound } from '../../base/index.ts';
import { grantOf, shareFields } from '../../identity/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
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
