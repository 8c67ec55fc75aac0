// The hard gate: what is high risk is closed until an admin enables the action, with a reason and
// mostly an end. A model cannot open it, and what it tried is kept for the admin to decide.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Action, RiskCategory } from '../action.ts';
import type { Changes } from '../changes.ts';
import { categories, categoryOf } from './categories.ts';
import * as sql from './gates.sql.ts';

/** `closed`: an admin enables each action. `confirmed`: asking the person is enough. */
export type CategoryGate = 'closed' | 'confirmed';

export interface OpenGate {
  service: string;
  action: string;
  reason: string;
  enabledBy: string;
  enabledAt: number;
  expiresAt: number | null;
}

/** The gates of one workspace as they stand. */
export interface GateSet {
  /** Is this high-risk action open for everybody now? */
  isOpen(service: string, action: Action): boolean;
}

export interface GatesDeps {
  db: Database;
  clock: Clock;
  changes: Changes;
}

interface NewGate {
  service: string;
  action: string;
  reason: string;
  days?: number | undefined;
}

const dayMs = 86_400_000;
const maxBlockedShown = 100;

export type Gates = ReturnType<typeof createGates>;

export function createGates({ db, clock, changes }: GatesDeps) {
  return {
    /** Read when the workspace's set-up is read; an end takes effect without anything changing. */
    async of(workspace: string): Promise<GateSet> {
      const [gates, set] = await Promise.all([
        db.rows<OpenGate>(sql.selectGates, [workspace]),
        db.rows<{ category: string; gate: CategoryGate }>(sql.selectCategories, [workspace]),
      ]);
      const open = new Map(gates.map((gate) => [`${gate.service}.${gate.action}`, gate]));
      const confirmed = new Set(
        set.filter(({ gate }) => gate === 'confirmed').map(({ category }) => category),
      );
      return {
        isOpen(service, action) {
          if (confirmed.has(categoryOf(action))) return true;
          const gate = open.get(`${service}.${action.name}`);
          return gate !== undefined && (gate.expiresAt === null || gate.expiresAt > clock.now());
        },
      };
    },

    list: (call: Call): Promise<OpenGate[]> => db.rows(sql.selectGates, [workspaceOf(call)]),

    /** Enabling again replaces reason and end. */
    async enable(call: Call, { service, action, reason, days }: NewGate): Promise<OpenGate> {
      const workspace = workspaceOf(call);
      const enabledAt = clock.now();
      const expiresAt = days === undefined ? null : enabledAt + days * dayMs;
      const enabledBy = displayNameOf(call.caller);
      const row = [workspace, service, action, reason, enabledBy, enabledAt, expiresAt];
      await db.run(sql.upsertGate, row);
      changes.changed(workspace);
      return { service, action, reason, enabledBy, enabledAt, expiresAt };
    },

    async disable(call: Call, { service, action }: { service: string; action: string }) {
      await db.run(sql.deleteGate, [workspaceOf(call), service, action]);
      changes.changed(workspaceOf(call));
      return { service, action };
    },

    /** Keeps what was asked for, so that an admin finds it; once a person and action. */
    async note(call: Call, { service, action }: { service: string; action: string }) {
      const { userId } = call.caller;
      if (userId === null) return;
      const username = displayNameOf(call.caller);
      const row = [workspaceOf(call), service, action, userId, username, clock.now()];
      await db.run(sql.upsertBlocked, row);
    },

    blocked: (call: Call): Promise<BlockedCall[]> =>
      db.rows(sql.selectBlocked, [workspaceOf(call), maxBlockedShown]),

    async categories(call: Call): Promise<{ category: RiskCategory; gate: CategoryGate }[]> {
      type Row = { category: string; gate: CategoryGate };
      const rows = await db.rows<Row>(sql.selectCategories, [workspaceOf(call)]);
      const set = new Map(rows.map(({ category, gate }) => [category, gate]));
      return categories.map((category) => ({ category, gate: set.get(category) ?? 'closed' }));
    },

    async setCategory(call: Call, said: { category: string; gate: CategoryGate }) {
      if (!categories.some((known) => known === said.category)) {
        throw new AppError('invalid_input', `There is no category "${said.category}".`, {
          hint: `There are: ${categories.join(', ')}.`,
        });
      }
      await db.run(sql.upsertCategory, [workspaceOf(call), said.category, said.gate]);
      changes.changed(workspaceOf(call));
      return said;
    },
  };
}

export interface BlockedCall {
  service: string;
  action: string;
  username: string;
  times: number;
  lastAt: number;
}
