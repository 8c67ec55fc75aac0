// What people change of a version without making a new one: what they said when they deployed it,
// and whether the workspace's error handler hears of its failures.
import { notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { muteHandler, setDeploymentMessage } from './scripts.sql.ts';

export function createMarks(db: Database) {
  return {
    /** `hash` is a version of `path`, else `not_found`. */
    async describeVersion(
      call: Call,
      { path, hash, message }: { path: string; hash: string; message: string },
    ): Promise<{ hash: string }> {
      const values = [workspaceOf(call), path, hash, message];
      if ((await db.run(setDeploymentMessage, values)) === 0) throw notFound('script', hash);
      return { hash };
    },

    async muteErrorHandler(
      call: Call,
      { path, muted }: { path: string; muted: boolean },
    ): Promise<{ path: string }> {
      const changed = await db.run(muteHandler, [workspaceOf(call), path, muted]);
      if (changed === 0) throw notFound('script', path);
      return { path };
    },
  };
}
