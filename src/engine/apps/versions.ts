// What is asked of apps beside their content: which of them run a script or flow, and the note that
// a version was deployed with, which may be written later.
import { notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { selectAppOfVersion, selectAppsThatRun, updateVersionMessage } from './apps.sql.ts';

export interface RunBy {
  kind: 'script' | 'flow';
  path: string;
}

interface AppOfVersion {
  path: string;
  extraPerms: Readonly<Record<string, boolean>>;
}

export type AppVersions = ReturnType<typeof createAppVersions>;

export function createAppVersions(db: Database) {
  return {
    /** Paths of the apps, of those that the caller may read, whose head runs it. */
    async thatRun(call: Call, { kind, path }: RunBy): Promise<string[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const values = [workspaceOf(call), all, owners, principals, kind, path];
      const rows = await db.rows<{ path: string }>(selectAppsThatRun, values);
      return rows.map((app) => app.path);
    },

    /** Throws `not_found` also for a version of another app. */
    async setMessage(call: Call, said: { app: number; version: number; message: string }) {
      const { app, version, message } = said;
      const found = await db.row<AppOfVersion>(selectAppOfVersion, [
        workspaceOf(call),
        app,
        version,
      ]);
      if (!found) throw notFound('app version', String(version));
      const target = { kind: 'apps', ...found };
      const read = authorise(call.caller, { action: 'apps:read', risk: 'read' }, target);
      if (!read.allowed) throw notFound('app version', String(version));
      const write = authorise(call.caller, { action: 'apps:write', risk: 'write' }, target);
      if (!write.allowed) throw write.error;
      await db.run(updateVersionMessage, [version, message]);
      return { path: found.path, version };
    },
  };
}
