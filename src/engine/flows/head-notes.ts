// What is said of a flow beside its versions: the message of a deployment, and whether the error
// handler of the workspace hears of its failures. Neither makes a version.
import { notFound } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Flow } from './flow.ts';
import * as sql from './flows.sql.ts';

export interface HeadNotesDeps {
  db: Database;
  /** Throws `not_found` for one that the caller may not read. */
  getVersion: (call: Call, version: number) => Promise<Flow>;
}

export function createHeadNotes({ db, getVersion }: HeadNotesDeps) {
  return {
    async describeVersion(
      call: Call,
      { version, message }: { version: number; message: string },
    ): Promise<{ version: number }> {
      const { path, extraPerms } = await getVersion(call, version);
      const ask = { action: 'flows:write', risk: 'write' } as const;
      const verdict = authorise(call.caller, ask, { kind: 'flows', path, extraPerms });
      if (!verdict.allowed) throw verdict.error;
      await db.run(sql.describeVersion, [workspaceOf(call), version, message]);
      return { version };
    },

    async muteErrorHandler(
      call: Call,
      { path, muted }: { path: string; muted: boolean },
    ): Promise<{ path: string }> {
      const rows = await db.run(sql.muteErrorHandler, [workspaceOf(call), path, muted]);
      if (rows === 0) throw notFound('flow', path);
      return { path };
    },
  };
}
