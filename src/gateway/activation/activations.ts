// Which actions beyond the listed ones a person has made callable. They belong to the person, not
// to a connection, so the stateless protocol has them too.
import { type Clock, createLru } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Changes } from '../changes.ts';
import * as sql from './activation.sql.ts';

/** Whose, and where. */
export interface Person {
  workspace: string;
  userId: string;
}

export interface ActionId {
  service: string;
  action: string;
}

/** `<service>.<action>`, as tools name it. */
export const idOf = ({ service, action }: ActionId): string => `${service}.${action}`;

const maxKept = 2_000;

export type Activations = ReturnType<typeof createActivations>;

export function createActivations(deps: { db: Database; clock: Clock; changes: Changes }) {
  const { db, clock, changes } = deps;
  const kept = createLru<{ revision: string; active: Promise<ReadonlySet<string>> }>({
    maxEntries: maxKept,
  });

  async function read({ workspace, userId }: Person): Promise<ReadonlySet<string>> {
    const rows = await db.rows<ActionId>(sql.selectActivations, [workspace, userId]);
    return new Set(rows.map(idOf));
  }

  return {
    /** Ids; kept until something of the workspace changes. */
    of(person: Person): Promise<ReadonlySet<string>> {
      const key = `${person.workspace}\n${person.userId}`;
      const revision = changes.revision(person.workspace);
      const known = kept.get(key);
      if (known?.revision === revision) return known.active;
      const active = read(person);
      kept.set(key, { revision, active });
      // What could not be read is asked again.
      active.catch(() => kept.set(key, { revision: '', active }));
      return active;
    },

    async add({ workspace, userId }: Person, { service, action }: ActionId): Promise<void> {
      const row = [workspace, userId, service, action, clock.now()];
      await db.run(sql.insertActivation, row);
      changes.changed(workspace);
    },

    async remove({ workspace, userId }: Person, { service, action }: ActionId): Promise<void> {
      await db.run(sql.deleteActivation, [workspace, userId, service, action]);
      changes.changed(workspace);
    },
  };
}
