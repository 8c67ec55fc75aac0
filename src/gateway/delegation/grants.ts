// Grants: what people let flows do in their name. An exchange writes down what it found; people and
// admins approve and revoke. Whatever is read of a grant is read at every call.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import type { DeclaredServices } from '../../engine/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import * as sql from './grants.sql.ts';
import { type GrantStatus, judge } from './judgement.ts';
import { refusal } from '../reasons.ts';
import type { ExchangeReason } from './refusals.ts';
import { hashOf, isOwnCode, placeOf, type RunCode, type VerifiedRun } from './run.ts';

export interface Grant {
  id: string;
  workspace: string;
  userId: string;
  instance: string;
  remoteWorkspace: string;
  flowPath: string;
  clientId: string | null;
  status: GrantStatus;
  services: DeclaredServices;
  declarationHash: string;
  code: RunCode[];
  codeHash: string;
  approvedBy: string | null;
  approvedAt: number | null;
  endedBy: string | null;
  endedAt: number | null;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number;
}

/** A grant as people read it: with the state that time has given it. */
export type ShownGrant = Omit<Grant, 'status'> & { status: GrantStatus | 'expired' };

const lifeMs = 90 * 24 * 60 * 60 * 1000;

const sentences: Partial<Record<ExchangeReason, string>> = {
  grant_pending: 'The flow may not act for this person yet: its code or declaration is not theirs.',
  grant_revoked: 'The grant of this flow was revoked.',
  grant_expired: 'The grant of this flow has expired.',
};

export type Grants = ReturnType<typeof createGrants>;

export function createGrants({ db, clock }: { db: Database; clock: Clock }) {
  const shown = (grant: Grant): ShownGrant => ({
    ...grant,
    status: grant.status !== 'revoked' && grant.expiresAt <= clock.now() ? 'expired' : grant.status,
  });

  /** Admins see all, others their own: what one may not see is not found. */
  const ownerOf = ({ caller }: Call): string | null => {
    const isAdmin = caller.superAdmin || caller.membership?.role === 'admin';
    return isAdmin ? null : (caller.userId ?? '00000000-0000-0000-0000-000000000000');
  };

  async function seen(call: Call, id: string): Promise<Grant> {
    const grant = await db.row<Grant>(sql.selectGrant, [workspaceOf(call), id]);
    const owner = ownerOf(call);
    if (!grant || (owner !== null && grant.userId !== owner)) throw notFound('grant', id);
    return grant;
  }

  const part = {
    /**
     * Writes down what an exchange found, in its transaction; answers the grant, and why it allows
     * nothing where it does not.
     */
    async settle(
      queries: Queries,
      run: VerifiedRun,
      said: {
        userId: string;
        clientId: string | null;
        services: DeclaredServices;
        approveReads: boolean;
      },
    ): Promise<{ id: string; expiresAt: number; refusal?: AppError }> {
      const { workspace, instance, remoteWorkspace, subject } = run;
      const { userId, clientId, services, approveReads } = said;
      const key = [workspace, userId, instance, remoteWorkspace, placeOf(run)];
      const now = clock.now();
      const [declarationHash, codeHash] = [hashOf(services), hashOf(run.code)];
      const known = await queries.row<Grant>(sql.holdGrant, key);
      const own = { isOwnCode: isOwnCode(run), subject, approveReads };
      const judged = judge(known, { declarationHash, codeHash, services, ...own }, now);
      const { status, approves } = judged;
      const id = known?.id ?? newId();
      const expiresAt = approves || !known ? now + lifeMs : known.expiresAt;
      const by = approves ? subject : null;
      const at = approves ? now : null;
      const facts = [JSON.stringify(services), declarationHash, JSON.stringify(run.code), codeHash];
      if (known) {
        // Of a revoked one nothing changes but by a new decision.
        const values = [id, status, clientId, ...facts, by, at, expiresAt];
        if (status !== 'revoked') await queries.run(sql.updateGrant, values);
      } else {
        const values = [id, ...key, clientId, status, ...facts, by, at, now, expiresAt];
        // Two at once: the other one made it, and now it is known.
        if ((await queries.run(sql.insertGrant, values)) === 0) {
          return part.settle(queries, run, said);
        }
      }
      if (judged.refusal === undefined) {
        await queries.run(sql.touchGrant, [id, now]);
        return { id, expiresAt };
      }
      const error = refusal(judged.refusal, sentences[judged.refusal] ?? 'No grant.', {
        hint: `${subject} or an admin approves it: gatewayGrants.approve ${id}.`,
        details: { grant_id: id },
      });
      return { id, expiresAt, refusal: error };
    },

    async list(
      call: Call,
      { status, page, perPage }: { status?: string | undefined; page: number; perPage: number },
    ): Promise<ShownGrant[]> {
      const values = [workspaceOf(call), ownerOf(call), status ?? null];
      const rows = await db.rows<Grant>(sql.selectGrants, [
        ...values,
        perPage,
        (page - 1) * perPage,
      ]);
      return rows.map(shown);
    },

    get: async (call: Call, id: string): Promise<ShownGrant> => shown(await seen(call, id)),

    /** `codeHash`: of the code that was looked at; throws `conflict` when it is another by now. */
    async approve(
      call: Call,
      { id, codeHash }: { id: string; codeHash?: string | undefined },
    ): Promise<ShownGrant> {
      await seen(call, id);
      const by = displayNameOf(call.caller);
      const now = clock.now();
      const values = [workspaceOf(call), id, by, now, codeHash ?? null, now + lifeMs];
      if ((await db.run(sql.approveGrant, values)) === 0) {
        throw new AppError('conflict', 'The code of this flow has changed since you looked.', {
          hint: 'Read the grant again, and approve what stands there now.',
        });
      }
      return shown(await seen(call, id));
    },

    async revoke(call: Call, id: string): Promise<ShownGrant> {
      await seen(call, id);
      const values = [workspaceOf(call), id, displayNameOf(call.caller), clock.now()];
      await db.run(sql.revokeGrant, values);
      return shown(await seen(call, id));
    },
  };
  return part;
}
