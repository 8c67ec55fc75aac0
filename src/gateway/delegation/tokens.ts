// Delegated tokens: `gwd_` and 43 random characters, kept as hashes, good for minutes at the
// gateway's own address. What one says is read anew at every call.
import { type Clock, newId, newSecret, sha256 } from '../../base/index.ts';
import type { DeclaredServices } from '../../engine/index.ts';
import type { DelegatedTokens } from '../../identity/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { OwnEngine } from './own-engine.ts';
import { refusal } from '../reasons.ts';
import { actorOf, intersection, localInstance, type VerifiedRun } from './run.ts';
import * as sql from './tokens.sql.ts';

const longestMs = 15 * 60_000;
/** A job gets so many in its life; a token lives long enough that it needs few. */
const mostPerJob = 20;
/** Nonces are remembered for as long as any job may run. */
const rememberMs = 7 * 24 * 60 * 60 * 1000;
const audience = '/mcp';

interface TokenRow {
  id: string;
  grantId: string;
  actor: string;
  jobId: string;
  clientId: string | null;
  issuedAt: number;
  expiresAt: number;
  prefix: string;
  asked: DeclaredServices;
  granted: DeclaredServices;
  workspace: string;
  userId: string;
  instance: string;
}

export interface MintedToken {
  token: string;
  id: string;
  expiresAt: number;
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens({
  db,
  clock,
  engine,
}: {
  db: Database;
  clock: Clock;
  engine: Pick<OwnEngine, 'jobRuns'>;
}) {
  /** Undefined: unknown, over, revoked, or its job has ended. */
  async function stored(token: string): Promise<TokenRow | undefined> {
    const row = await db.row<TokenRow>(sql.selectToken, [sha256(token), clock.now()]);
    const ended = row?.instance === localInstance && !(await engine.jobRuns(row.jobId));
    return ended ? undefined : row;
  }

  return {
    stored,

    /**
     * A token for one job, in the transaction of its grant. Throws `replayed` for a nonce that was
     * used, `rate_limited` for a job that had many.
     */
    async mint(
      queries: Queries,
      run: VerifiedRun,
      of: {
        grant: { id: string; expiresAt: number };
        clientId: string | null;
        services: DeclaredServices;
        nonce: string | undefined;
      },
    ): Promise<MintedToken> {
      const now = clock.now();
      const place = `job ${run.workspace} ${run.instance}`;
      const job = [place, run.jobId];
      const used = await queries.row<{ count: number }>(sql.countNonces, job);
      if ((used?.count ?? 0) >= mostPerJob) {
        throw refusal('rate_limited', `This job was given ${mostPerJob} tokens already.`, {
          hint: 'Keep a token for its life instead of exchanging before each call.',
        });
      }
      const nonce = of.nonce === undefined ? newId() : `n ${of.nonce}`;
      const spent = [...job, sha256(nonce), now + rememberMs];
      if ((await queries.run(sql.insertNonce, spent)) === 0) {
        throw refusal('replayed', 'This nonce was used by this job already.', {
          hint: 'Send a new random nonce with each exchange.',
        });
      }
      const ends = [now + longestMs, of.grant.expiresAt, run.tokenExpiresAt ?? Infinity];
      const expiresAt = Math.min(...ends);
      const token = `gwd_${newSecret(43)}`;
      const id = newId();
      await queries.run(sql.insertToken, [
        sha256(token),
        id,
        of.grant.id,
        of.clientId,
        actorOf(run),
        run.jobId,
        token.slice(0, 10),
        JSON.stringify(of.services),
        now,
        expiresAt,
      ]);
      return { token, id, expiresAt };
    },

    /** True for the first who names this nonce. */
    spend: async (place: string, nonce: string, expiresAt: number): Promise<boolean> =>
      (await db.run(sql.insertNonce, [place, '', sha256(nonce), expiresAt])) === 1,

    /** Who holds a token, and what it allows now. */
    find: (async (token) => {
      const row = await stored(token);
      if (!row) return undefined;
      const { workspace, userId, prefix, grantId, actor, jobId } = row;
      const classes = intersection(row.asked, row.granted);
      const delegation = { grantId, tokenId: row.id, actor, jobId, classes };
      return { workspace, userId, prefix, audience, delegation };
    }) satisfies DelegatedTokens['find'],
  };
}
