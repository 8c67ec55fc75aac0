// Who accounts are, for parts that store their ids alone.
import { isUuid } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectIdOf, selectNames } from './users.sql.ts';

export interface AccountName {
  id: string;
  email: string;
  /** In the workspace; null for those who are no members. */
  username: string | null;
}

export interface AccountNames {
  /** Those of `ids` that are still there, in no order. */
  namesOf(workspace: string, ids: readonly string[]): Promise<AccountName[]>;
  /** The id of the account with this id, e-mail address, or username in the workspace. */
  idOf(workspace: string, who: string): Promise<string | undefined>;
}

export function createNames(db: Database): AccountNames {
  return {
    namesOf: (workspace, ids) =>
      db.rows<AccountName>(selectNames, [workspace, ids.filter((id) => isUuid(id))]),
    async idOf(workspace, who) {
      if (isUuid(who)) return who.toLowerCase();
      const values = [workspace, who.trim().toLowerCase(), who];
      return (await db.row<{ id: string }>(selectIdOf, values))?.id;
    },
  };
}
