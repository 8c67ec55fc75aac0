// How long a workspace keeps the rows of its service calls, when it is alerted, and whether it goes
// on reading when they cannot be stored. Kept in memory until something changes.
import type { Database } from '../../store/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import * as sql from './audit.sql.ts';

export interface AuditSettings {
  retentionDays: number;
  /** Of one person; 0: never. */
  alertMbPerHour: number;
  /** Changes are always refused when their row cannot be stored. */
  readsWithoutAudit: boolean;
}

const defaultSettings: AuditSettings = {
  retentionDays: 90,
  alertMbPerHour: 50,
  readsWithoutAudit: true,
};

/** Port: tells every process of a change. */
export interface Changes {
  /** Another one after each change. */
  revision(workspace: string): string;
  /** After the commit. */
  changed(workspace: string): void;
}

export type Settings = ReturnType<typeof createSettings>;

export function createSettings({ db, changes }: { db: Database; changes: Changes }) {
  const known = new Map<string, { revision: string; settings: AuditSettings }>();

  /** What was known last, where the database does not answer. */
  async function of(workspace: string): Promise<AuditSettings> {
    const revision = changes.revision(workspace);
    const kept = known.get(workspace);
    if (kept?.revision === revision) return kept.settings;
    try {
      const stored = await db.row<AuditSettings>(sql.selectSettings, [workspace]);
      const settings = stored ?? defaultSettings;
      known.set(workspace, { revision, settings });
      return settings;
    } catch (error) {
      if (kept) return kept.settings;
      throw error;
    }
  }

  return {
    of,
    async set(
      call: Call,
      said: { [Name in keyof AuditSettings]?: AuditSettings[Name] | undefined },
    ) {
      const workspace = workspaceOf(call);
      const before = await of(workspace);
      const settings = {
        retentionDays: said.retentionDays ?? before.retentionDays,
        alertMbPerHour: said.alertMbPerHour ?? before.alertMbPerHour,
        readsWithoutAudit: said.readsWithoutAudit ?? before.readsWithoutAudit,
      };
      await db.run(sql.upsertSettings, [
        workspace,
        settings.retentionDays,
        settings.alertMbPerHour,
        settings.readsWithoutAudit,
      ]);
      changes.changed(workspace);
      return settings;
    },
  };
}
