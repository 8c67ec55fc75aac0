// OAuth accounts: keeps the tokens in variables fresh. Whoever reads a token that is about to end
// asks for a new one first; the account's row is held meanwhile, so one request serves all.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { type Account, type NewAccount, tokenAnswer } from './account.ts';
import * as sql from './accounts.sql.ts';
import type { Vault } from './vault.ts';

export interface AccountsDeps {
  db: Database;
  clock: Clock;
  vault: Vault;
  egress: Pick<Egress, 'fetch'>;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** A token that ends sooner is not handed out. */
const marginMs = 60_000;
/** After a failure nobody asks again for so long. */
const quietMs = 60_000;
const requestLimitMs = 15_000;
const maxAnswerBytes = 1_000_000;
/** For services that do not say (RFC 6749 section 5.1 recommends that they do). */
const usualLifeS = 3600;

interface Secrets {
  clientSecret: string;
  refreshToken: string;
}

type Held = Account & { sealed: string; failedAt: number | null };

function refused(account: Account, why: string): AppError {
  return new AppError('unprocessable', `The ${account.client} account gave no token: ${why}.`, {
    hint: `Connect the account ${account.id} anew.`,
  });
}

const isAdmin = ({ caller }: Call): boolean =>
  caller.superAdmin || caller.membership?.role === 'admin';

export function createAccounts({ db, clock, vault, egress }: AccountsDeps) {
  const underway = new Map<number, Promise<void>>();

  /** Asks the token endpoint; throws `AppError` without anything secret in it. */
  async function ask(account: Account, secrets: Secrets) {
    const form = new URLSearchParams({
      grant_type: account.grantType,
      client_id: account.clientId,
      ...(secrets.clientSecret ? { client_secret: secrets.clientSecret } : {}),
      ...(account.grantType === 'refresh_token' ? { refresh_token: secrets.refreshToken } : {}),
      ...(account.scopes.length > 0 ? { scope: account.scopes.join(' ') } : {}),
    });
    const late = new AbortController();
    const cancel = clock.after(requestLimitMs, () => late.abort());
    try {
      const response = await egress.fetch(account.tokenUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
        signal: late.signal,
      });
      const answer = tokenAnswer.safeParse(JSON.parse(await readText(response, maxAnswerBytes)));
      const { access_token: token, error } = answer.data ?? {};
      if (token !== undefined && response.ok) return { ...answer.data, token };
      throw refused(account, error?.slice(0, 200) ?? `status ${response.status}`);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw refused(account, late.signal.aborted ? 'it took too long' : 'the answer is no JSON');
    } finally {
      cancel();
    }
  }

  async function store(
    queries: Queries,
    workspace: string,
    said: { held: Held; secrets: Secrets; answer: Awaited<ReturnType<typeof ask>> },
  ): Promise<void> {
    const { held, secrets, answer } = said;
    const now = clock.now();
    const refreshToken = answer.refresh_token ?? secrets.refreshToken;
    const kept = JSON.stringify({ ...secrets, refreshToken });
    const expiresAt = now + (answer.expires_in ?? usualLifeS) * 1000;
    const sealed = await vault.encrypt(queries, workspace, kept);
    await queries.run(sql.updateRefreshed, [held.id, sealed, expiresAt, now]);
    const token = await vault.encrypt(queries, workspace, answer.token);
    await queries.run(sql.updateTokens, [workspace, held.id, token, answer.token, now]);
  }

  /** With the row held; answers what went wrong instead of throwing, so that it is noted. */
  async function refreshHeld(
    queries: Queries,
    workspace: string,
    { id, force }: { id: number; force: boolean },
  ): Promise<AppError | undefined> {
    await vault.hold(queries, workspace);
    const held = await queries.row<Held>(sql.holdAccount, [id, workspace]);
    if (!held) return notFound('account', String(id));
    const now = clock.now();
    // Somebody else was faster.
    if (!force && held.expiresAt > now + marginMs) return undefined;
    if (!force && held.failedAt !== null && held.failedAt + quietMs > now) {
      return refused(held, held.refreshError ?? 'it failed just now');
    }
    const secrets = JSON.parse(await vault.open(queries, workspace, held.sealed)) as Secrets;
    try {
      await store(queries, workspace, { held, secrets, answer: await ask(held, secrets) });
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await queries.run(sql.updateFailed, [id, error.message.slice(0, 500), now]);
      return error;
    }
  }

  /** One at a time in this process; the row's lock does the same for others. */
  function refresh(workspace: string, id: number, force = false): Promise<void> {
    const known = underway.get(id);
    if (known) return known;
    const going = db
      .transaction((queries) => refreshHeld(queries, workspace, { id, force }))
      .then((error) => {
        if (error) throw error;
      })
      .finally(() => underway.delete(id));
    underway.set(id, going);
    return going;
  }

  /** The account, if the caller made it or is an admin; it looks missing to everybody else. */
  async function must(call: Call, id: number): Promise<Account> {
    const found = await db.row<Account>(sql.selectAccount, [id, workspaceOf(call)]);
    const mine = found?.createdBy === displayNameOf(call.caller);
    if (!found || !(mine || isAdmin(call))) throw notFound('account', String(id));
    return found;
  }

  return {
    /** Is the token of this end to be renewed before it is handed out? */
    isDue: (expiresAt: number): boolean => expiresAt <= clock.now() + marginMs,
    /** Throws `unprocessable` when the service gives no token. */
    refresh,
    /** Throws `not_found` unless the caller may put this account behind a variable. */
    assertMayUse: async (call: Call, id: number): Promise<void> => void (await must(call, id)),

    async create(call: Call, said: NewAccount): Promise<{ id: number }> {
      const workspace = workspaceOf(call);
      const { clientSecret, refreshToken } = said;
      if (said.grantType === 'refresh_token' && refreshToken === '') {
        throw new AppError('invalid_input', 'The account has no refresh token.', {
          hint: 'Give refreshToken, or grantType client_credentials.',
        });
      }
      const now = clock.now();
      const row = await db.transaction(async (queries) => {
        const secrets = JSON.stringify({ clientSecret, refreshToken });
        return queries.row<{ id: number }>(sql.insertAccount, [
          workspace,
          said.client,
          said.grantType,
          said.tokenUrl,
          said.clientId,
          said.scopes,
          await vault.encrypt(queries, workspace, secrets),
          now + said.expiresIn * 1000,
          displayNameOf(call.caller),
          now,
        ]);
      });
      return { id: row?.id ?? 0 };
    },

    list(call: Call, { page, perPage }: { page: number; perPage: number }): Promise<Account[]> {
      const by = displayNameOf(call.caller);
      const offset = (page - 1) * perPage;
      const values = [workspaceOf(call), isAdmin(call), by, perPage, offset];
      return db.rows<Account>(sql.selectAccounts, values);
    },

    async refreshNow(call: Call, id: number): Promise<{ id: number }> {
      await must(call, id);
      await refresh(workspaceOf(call), id, true);
      return { id };
    },

    /** Its variables stay, with the tokens that they hold. */
    async delete(call: Call, id: number): Promise<{ id: number }> {
      await must(call, id);
      await db.run(sql.deleteAccount, [id, workspaceOf(call)]);
      return { id };
    },
  };
}
