// What a person sees of their own map, and how they forget it. Values are shown as masks: models
// read these answers as well.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { TokenMap } from './map.ts';
import { type OpenMap, openValue } from './owner.ts';
import * as sql from './pii.sql.ts';
import { mask } from './token.ts';

interface MapRow {
  ownerId: string;
  namespace: string;
  sealedKey: string;
  type: string;
  number: number;
  fingerprint: string;
  sealed: string | null;
  services: string[];
  createdAt: number;
  seenAt: number;
  expiresAt: number;
  usedAt: number | null;
  uses: number;
}

function personOf(call: Call): { workspace: string; userId: string } {
  const { userId } = call.caller;
  if (userId !== null) return { workspace: workspaceOf(call), userId };
  throw new AppError('forbidden', 'Only people have a map of pseudonyms.');
}

export type OwnMap = ReturnType<typeof createOwnMap>;

export function createOwnMap({ db, clock, map }: { db: Database; clock: Clock; map: TokenMap }) {
  return {
    /** The caller's tokens over all of their maps, last seen first. */
    async list(call: Call, { page, perPage }: { page: number; perPage: number }) {
      const { workspace, userId } = personOf(call);
      const values = [workspace, userId, perPage, (page - 1) * perPage];
      const rows = await db.rows<MapRow>(sql.selectMap, values);
      const opened = new Map<string, OpenMap | undefined>();
      const now = clock.now();
      const listed = [];
      for (const { ownerId: id, sealedKey, sealed, type, number, ...row } of rows) {
        const { namespace } = row;
        if (!opened.has(id)) {
          opened.set(id, await map.open({ workspace, userId, namespace }, { id, sealedKey }));
        }
        const key = opened.get(id);
        const isLive = sealed !== null && key !== undefined && row.expiresAt > now;
        const value = isLive ? openValue(key, sealed) : undefined;
        const display = value === undefined ? null : mask(type, value);
        listed.push({ token: `⟦${type}_${number}⟧`, type, display, ...row });
      }
      return listed;
    },

    /** Forgets the caller's maps, or the one of `namespace`; answers how many tokens it were. */
    async forget(call: Call, namespace: string | undefined): Promise<number> {
      const { workspace, userId } = personOf(call);
      const row = await db.row<{ tokens: number }>(sql.forgetMaps, [
        workspace,
        userId,
        namespace ?? null,
      ]);
      map.dropPerson(workspace, userId);
      return row?.tokens ?? 0;
    },
  };
}
