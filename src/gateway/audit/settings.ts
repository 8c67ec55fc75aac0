// How long a workspace keeps the rows of its service calls, when it is alerted, and whether it goes
// on reading when they cannot be stored. Kept in memory until something changes.
import type { Database } from '../../store/index.ts';
import { AppError } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Sealer } from '../sealer.ts';
import * as sql from './audit.sql.ts';

export interface AuditSettings {
  retentionDays: number;
  /** Of one person; 0: never. */
  alertMbPerHour: number;
  /** Changes are always refused when their row cannot be stored. */
  readsWithoutAudit: boolean;
  /** Where alerts are sent; the whole address is a secret. */
  alertHost: string | null;
}

const defaultSettings: AuditSettings = {
  retentionDays: 90,
  alertMbPerHour: 50,
  readsWithoutAudit: true,
  alertHost: null,
};

/** Port: tells every process of a change. */
export interface Changes {
  /** Another one after each change. */
  revision(workspace: string): string;
  /** After the commit. */
  changed(workspace: string): void;
}

const use = 'address of alerts';

/** What is said of settings; what is left out stays. */
export interface SettingsChange {
  retentionDays?: number | undefined;
  alertMbPerHour?: number | undefined;
  readsWithoutAudit?: boolean | undefined;
  /** Null: alerts are sent nowhere. */
  alertUrl?: string | null | undefined;
}

/** The host of an address; the text is not repeated, because it may hold a secret. */
function hostOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') return url.host;
  throw new AppError('invalid_input', 'alertUrl is no http or https address.', {
    hint: 'Give the address of an incoming webhook, such as Slack makes one.',
  });
}

export interface SettingsDeps {
  db: Database;
  changes: Changes;
  sealer: Sealer;
}

export type Settings = ReturnType<typeof createSettings>;

export function createSettings({ db, changes, sealer }: SettingsDeps) {
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
    /** Where to send alerts; undefined: nowhere. */
    async alertUrlOf(workspace: string): Promise<string | undefined> {
      const row = await db.row<{ alertUrl: string | null }>(sql.selectAlertUrl, [workspace]);
      const value = row?.alertUrl ?? undefined;
      return value === undefined ? undefined : sealer.open(workspace, { use, value });
    },
    async set(call: Call, { alertUrl, ...said }: SettingsChange): Promise<AuditSettings> {
      const workspace = workspaceOf(call);
      const before = await of(workspace);
      const named = alertUrl === undefined ? before.alertHost : alertUrl && hostOf(alertUrl);
      const settings: AuditSettings = {
        retentionDays: said.retentionDays ?? before.retentionDays,
        alertMbPerHour: said.alertMbPerHour ?? before.alertMbPerHour,
        readsWithoutAudit: said.readsWithoutAudit ?? before.readsWithoutAudit,
        alertHost: named || null,
      };
      await db.run(sql.upsertSettings, [
        workspace,
        settings.retentionDays,
        settings.alertMbPerHour,
        settings.readsWithoutAudit,
        settings.alertHost,
        alertUrl ? await sealer.seal(workspace, { use, value: alertUrl }) : null,
        alertUrl !== undefined,
      ]);
      changes.changed(workspace);
      return settings;
    },
  };
}
