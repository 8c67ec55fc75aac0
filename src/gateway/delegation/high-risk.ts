// What an admin lets one flow do beyond read and write: an action, or all of a service, with a
// reason and an end. Read at every call that needs one.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import type { DeclaredServices } from '../../engine/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './grants.sql.ts';
import { localInstance, scopeOf } from './run.ts';

export interface HighRiskGrant {
  id: string;
  userId: string | null;
  instance: string;
  remoteWorkspace: string;
  flowPath: string;
  service: string;
  action: string | null;
  reason: string;
  grantedBy: string;
  createdAt: number;
  expiresAt: number;
  endedBy: string | null;
  endedAt: number | null;
}

export interface NewHighRiskGrant {
  /** Null: whoever the flow acts for. */
  email?: string | undefined;
  instance: string;
  remoteWorkspace?: string | undefined;
  flowPath: string;
  service: string;
  action?: string | undefined;
  reason: string;
  days: number;
}

const dayMs = 24 * 60 * 60 * 1000;

export type HighRiskGrants = ReturnType<typeof createHighRiskGrants>;

export function createHighRiskGrants({
  db,
  clock,
  userIdOf,
}: {
  db: Database;
  clock: Clock;
  /** Of a member, by e-mail address. */
  userIdOf: (workspace: string, email: string) => Promise<string | undefined>;
}) {
  async function allows(grantId: string, service: string, action: string | null) {
    const values = [grantId, service, action, clock.now()];
    return (await db.row(sql.selectHighRiskFor, values)) !== undefined;
  }

  return {
    /** Does one let the flow of this grant do it? Null: any action of the service. */
    allows,

    /** The scope that a grant has now: high risk only where an admin allows some of it. */
    async scopeNow(grantId: string, services: DeclaredServices): Promise<string> {
      const kept: Record<string, DeclaredServices[string]> = {};
      for (const [service, classes] of Object.entries(services)) {
        const risky = classes.includes('high_risk');
        const allowed = risky && (await allows(grantId, service, null));
        kept[service] = allowed ? classes : classes.filter((one) => one !== 'high_risk');
      }
      return scopeOf(kept);
    },

    async create(call: Call, said: NewHighRiskGrant): Promise<{ id: string; expiresAt: number }> {
      const workspace = workspaceOf(call);
      const { email, instance, flowPath, service, action, reason, days } = said;
      const userId = email === undefined ? null : await userIdOf(workspace, email);
      if (userId === undefined) {
        throw new AppError('invalid_input', `${email} is no member of this workspace.`, {
          hint: 'Give the address of a member, or leave it out for whoever the flow acts for.',
        });
      }
      const remote = instance === localInstance ? workspace : said.remoteWorkspace;
      if (remote === undefined) {
        throw new AppError('invalid_input', 'remoteWorkspace is missing.', {
          hint: 'Name the workspace on that server.',
        });
      }
      const now = clock.now();
      const expiresAt = now + days * dayMs;
      const id = newId();
      const place = [workspace, userId, instance, remote, flowPath, service, action ?? null];
      const by = displayNameOf(call.caller);
      await db.run(sql.insertHighRisk, [id, ...place, reason, by, now, expiresAt]);
      return { id, expiresAt };
    },

    list: (call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<HighRiskGrant>(sql.selectHighRisks, [
        workspaceOf(call),
        perPage,
        (page - 1) * perPage,
      ]),

    async revoke(call: Call, id: string): Promise<{ id: string }> {
      const values = [workspaceOf(call), id, displayNameOf(call.caller), clock.now()];
      if ((await db.run(sql.endHighRisk, values)) === 0) throw notFound('grant', id);
      return { id };
    },
  };
}
