// The variables that a workspace adds to the environment of all its jobs. Clear text for everybody
// who runs something there; jobs read them from a copy that follows every change.
import { AppError } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './environment.sql.ts';

/** What one workspace may add. */
const maxVariables = 100;

/** Names that decide how a program starts, or that scripts trust to come from the server. */
const reservedStart = /^(?:WM_|MILLRACE_|LD_|DYLD_|BUN_|DENO_|NODE_|PYTHON)/;
const reservedName = /^(?:PATH|HOME|SHELL|ENV|BASH_ENV|IFS|TMPDIR|BASE_URL|BASE_INTERNAL_URL)$/;

export const isReserved = (name: string): boolean =>
  reservedStart.test(name) || reservedName.test(name);

type Values = Readonly<Record<string, string>>;

export type WorkspaceEnvironment = ReturnType<typeof createWorkspaceEnvironment>;

export function createWorkspaceEnvironment({
  db,
  onChanged,
  versionOf,
}: {
  db: Database;
  onChanged: (workspace: string) => void;
  /** Differs once something in the workspace may have changed, here or in another process. */
  versionOf: (workspace: string) => string;
}) {
  const copies = new Map<string, { version: string; values: Values }>();

  async function read(workspace: string): Promise<Values> {
    type Row = { name: string; value: string };
    const rows = await db.rows<Row>(sql.selectEnvironment, [workspace]);
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  return {
    /** Name to value. */
    async of(workspace: string): Promise<Values> {
      const version = versionOf(workspace);
      const copy = copies.get(workspace);
      if (copy?.version === version) return copy.values;
      const values = await read(workspace);
      copies.set(workspace, { version, values });
      return values;
    },

    /** Sets one, or takes it away without a value. */
    async set(call: Call, { name, value }: { name: string; value: string | null }) {
      const workspace = workspaceOf(call);
      if (value === null) {
        await db.run(sql.deleteEnvironment, [workspace, name]);
      } else if ((await db.run(sql.setEnvironment, [workspace, name, value, maxVariables])) === 0) {
        throw new AppError('too_large', `A workspace has at most ${maxVariables} of these.`, {
          hint: 'Take one away, or put values into a resource.',
        });
      }
      onChanged(workspace);
      return { name };
    },
  };
}
