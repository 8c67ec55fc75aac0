// The verbs of webhooks: the one address of a workspace that hears of changes to its items.
// Sending is the sender's; what there is to tell is noted by triggers on the items' tables.
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './webhooks.sql.ts';

export interface Webhook {
  address: string | null;
  /** Tries in a row that failed. */
  failures: number;
  /** Why it was not reached the last time. */
  error: string | null;
}

const nothing: Webhook = { address: null, failures: 0, error: null };

export type Webhooks = ReturnType<typeof createWebhooks>;

export function createWebhooks({ db }: { db: Database }) {
  return {
    /** For admins; what an address holds may be a secret of who receives. */
    async get(call: Call): Promise<Webhook> {
      const { superAdmin, membership } = call.caller;
      if (!superAdmin && membership?.role !== 'admin') return nothing;
      const found = await db.row<Webhook>(sql.selectWebhook, [workspaceOf(call)]);
      return found ?? nothing;
    },

    /** Null: none any more; what was not told by then is told to nobody. */
    async set(call: Call, address: string | null): Promise<Record<string, never>> {
      const workspace = workspaceOf(call);
      if (address === null) await db.run(sql.deleteWebhook, [workspace]);
      else await db.run(sql.upsertWebhook, [workspace, address]);
      return {};
    },
  };
}
