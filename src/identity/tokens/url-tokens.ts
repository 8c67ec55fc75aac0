// Whether tokens may stand in the addresses of MCP endpoints: a switch of the whole instance. Such
// a token is a password in a URL; who does not want any turns them off.
import { AppError } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './tokens.sql.ts';

/** How the secret of a token begins that is made to stand in an address. */
export const urlTokenStart = 'mru_';

export interface UrlTokens {
  allowed(): Promise<boolean>;
  allow(allowed: boolean): Promise<{ allowed: boolean }>;
  /** Something changed, here or in another process. */
  forget(): void;
}

export function createUrlTokens({ db, changed }: { db: Database; changed: () => void }): UrlTokens {
  let known: Promise<boolean> | undefined;

  async function read(): Promise<boolean> {
    const row = await db.row<{ value: boolean }>(sql.selectSetting, ['url_tokens']);
    return row?.value ?? true;
  }

  return {
    async allowed() {
      known ??= read();
      const reading = known;
      try {
        return await reading;
      } catch (error) {
        if (known === reading) known = undefined;
        throw error;
      }
    },
    async allow(allowed) {
      await db.run(sql.upsertSetting, ['url_tokens', JSON.stringify(allowed)]);
      changed();
      return { allowed };
    },
    forget() {
      known = undefined;
    },
  };
}

/** The refusal wherever an address holds a token and the instance takes none. */
export const urlTokensOff = (): AppError =>
  new AppError('forbidden', 'This server takes no tokens in addresses.', {
    hint: 'Send the token as `Authorization: Bearer <token>`.',
  });
