// The verbs of workspace handlers: reading and setting them. Starting them is the notifier's.
import { notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { handlerTarget } from '../schedules/index.ts';
import type { Handler, HandlerChange, HandlerKind } from './handler.ts';
import * as sql from './handlers.sql.ts';

export interface HandlersDeps {
  db: Database;
  /** Is there something to run at the path? */
  isRunnable: (workspace: string, target: ReturnType<typeof handlerTarget>) => Promise<boolean>;
}

export type Handlers = ReturnType<typeof createHandlers>;

export function createHandlers({ db, isRunnable }: HandlersDeps) {
  return {
    /** For admins whole; what others have no use for (further arguments) is left out. */
    async list({ caller, ...call }: Call): Promise<Handler[]> {
      const rows = await db.rows<Handler>(sql.selectHandlers, [workspaceOf({ caller, ...call })]);
      const whole = caller.superAdmin || caller.membership?.role === 'admin';
      return whole ? rows : rows.map((row) => ({ ...row, extraArgs: {}, error: null }));
    },

    /** Throws `not_found` when nothing can be run at the path. */
    async set(call: Call, change: HandlerChange): Promise<{ kind: HandlerKind }> {
      const workspace = workspaceOf(call);
      const { kind, path, extraArgs, mutedOnCancel, mutedOnUserPath } = change;
      if (path === null) {
        await db.run(sql.deleteHandler, [workspace, kind]);
        return { kind };
      }
      const target = handlerTarget(path);
      if (!change.allowMissing && !(await isRunnable(workspace, target))) {
        throw notFound(target.kind.replace(/s$/, ''), target.path);
      }
      const values = [path, JSON.stringify(extraArgs), mutedOnCancel, mutedOnUserPath];
      await db.run(sql.upsertHandler, [workspace, kind, ...values]);
      return { kind };
    },
  };
}
