// The extensions of a workspace: stored as their files, and services from the next call on. A file
// that is wrong is not stored, so the one before stays; one that a newer version of this server
// does not take any more is told by the list, and the others stay.
import {
  AppError,
  canonicalJson,
  type Clock,
  createArgumentCheck,
  type Log,
  notFound,
} from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { ServiceDeclaration } from '../action.ts';
import { type ActionChanges, changesBetween } from '../action-changes.ts';
import type { Changes } from '../changes.ts';
import { declarationOf } from './declaration.ts';
import {
  classOfAction,
  type ExtensionDefinition,
  problemsIn,
  readExtension,
} from './definition.ts';
import * as sql from './extensions.sql.ts';

/** More than a workspace can mean to have. */
const maxExtensions = 100;

interface Stored {
  name: string;
  source: string;
  updatedBy: string;
  updatedAt: number;
}

export interface ExtensionsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  changes: Changes;
  /** Is there another kind of service of this name in the workspace? */
  isTaken: (workspace: string, name: string) => Promise<boolean>;
}

const versionsIn = (said: ExtensionDefinition | undefined) =>
  (said?.actions ?? []).map((one) => ({
    name: one.name,
    class: classOfAction(one),
    text: canonicalJson(one),
  }));

function tried(source: string): ExtensionDefinition | undefined {
  return problemsIn(source).length === 0 ? readExtension(source) : undefined;
}

export type Extensions = ReturnType<typeof createExtensions>;

export function createExtensions({ db, clock, log, changes, isTaken }: ExtensionsDeps) {
  const argumentCheck = createArgumentCheck(log);

  const all = (workspace: string): Promise<Stored[]> =>
    db.rows<Stored>(sql.selectExtensions, [workspace]);

  async function stored(call: Call, name: string): Promise<Stored> {
    const row = (await all(workspaceOf(call))).find((one) => one.name === name);
    if (!row) throw notFound('extension', name);
    return row;
  }

  return {
    /** Those of a workspace; one that cannot be read is left out and logged. */
    async of(workspace: string): Promise<ServiceDeclaration[]> {
      return (await all(workspace)).flatMap(({ name, source }) => {
        const said = tried(source);
        if (said) return [declarationOf(said, source, argumentCheck)];
        log.error('an extension cannot be read', { workspace, service: name });
        return [];
      });
    },

    has: async (workspace: string, name: string): Promise<boolean> =>
      (await all(workspace)).some((one) => one.name === name),

    async list(call: Call) {
      return (await all(workspaceOf(call))).map(({ name, source, updatedBy, updatedAt }) => {
        const said = tried(source);
        return {
          name,
          title: said?.title ?? name,
          address: said?.address ?? null,
          actions: said?.actions.length ?? 0,
          problems: problemsIn(source),
          updatedBy,
          updatedAt,
        };
      });
    },

    get: (call: Call, { name }: { name: string }) => stored(call, name),

    /** What a file would give, or what is wrong with it; stores nothing. */
    validate({ source }: { source: string }) {
      const said = tried(source);
      return {
        problems: problemsIn(source),
        name: said?.name ?? null,
        actions: (said?.actions ?? []).map((one) => ({
          name: one.name,
          class: classOfAction(one),
          description: one.description,
        })),
      };
    },

    /** Throws `invalid_input` with line and column; the file before then stays as it was. */
    async set(
      call: Call,
      { source }: { source: string },
    ): Promise<{ name: string } & ActionChanges> {
      const said = readExtension(source);
      const { name } = said;
      const workspace = workspaceOf(call);
      if (await isTaken(workspace, name)) {
        throw new AppError('conflict', `There is another service "${name}".`, {
          hint: 'Choose another name.',
        });
      }
      const known = await all(workspace);
      const before = known.find((one) => one.name === name);
      if (!before && known.length >= maxExtensions) {
        throw new AppError('too_large', `A workspace has ${maxExtensions} extensions at most.`);
      }
      const by = displayNameOf(call.caller);
      await db.run(sql.upsertExtension, [workspace, name, source, by, clock.now()]);
      changes.changed(workspace);
      const then = versionsIn(before && tried(before.source));
      return { name, ...changesBetween(then, versionsIn(said)) };
    },

    /** That it was not there does no harm; what people connected stays stored. */
    async remove(call: Call, { name }: { name: string }) {
      await db.run(sql.deleteExtension, [workspaceOf(call), name]);
      changes.changed(workspaceOf(call));
      return { name };
    },
  };
}
