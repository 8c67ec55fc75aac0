// The verbs of a person's own tokens. Nobody sees or changes those of others, and no token makes
// one that is able to do more than itself.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, type Caller, normaliseScopes } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Changed, personOf } from '../person.ts';
import { type Issued, issueToken } from './issue.ts';
import { beyondPower, fullPower, type Power } from './power.ts';
import { createPreview, type ToolsOf } from './preview.ts';
import * as sql from './tokens.sql.ts';

export interface NewToken {
  label?: string | undefined;
  /** ISO 8601. */
  expiration?: string | undefined;
  scopes?: string[] | undefined;
  workspaceId?: string | undefined;
  readOnly: boolean;
}

export interface TokenRow {
  label: string | null;
  expiration: number | null;
  tokenPrefix: string;
  createdAt: number;
  lastUsedAt: number | null;
  scopes: string[] | null;
  email: string;
  workspaceId: string | null;
  readOnly: boolean;
}

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
  toolsOf: ToolsOf;
  withStars: (caller: Caller) => Promise<Caller>;
}

/**
 * A session hands on everything; a token what it holds, also what does not count at this address:
 * so the stored row is asked.
 */
async function powerOf(db: Database, { caller }: Call): Promise<Power> {
  if (caller.kind === 'session') return fullPower;
  const { tokenId } = caller;
  const row = tokenId === null ? undefined : await db.row<Power>(sql.selectPower, [tokenId]);
  if (!row) throw new AppError('unauthenticated', 'This token is no longer valid.');
  return row;
}

function expiryOf(expiration: string | undefined, now: number): number | null {
  if (expiration === undefined) return null;
  const at = Date.parse(expiration);
  if (at > now) return at;
  throw new AppError('invalid_input', 'expiration lies in the past.');
}

/** Throws `not_found` unless the person may be named by what is bound to the workspace. */
export async function assertMayBind(
  db: Database,
  userId: string,
  workspace: string,
): Promise<void> {
  const found = await db.row<{ may: boolean }>(sql.selectMayBind, [userId, workspace]);
  if (!found?.may) throw notFound('workspace', workspace);
}

function creators({ db, clock }: Deps) {
  return {
    async create(call: Call, wanted: NewToken): Promise<Issued> {
      const userId = personOf(call);
      const held = await powerOf(db, call);
      const power: Power = {
        scopes: wanted.scopes ? normaliseScopes(wanted.scopes) : null,
        workspace: wanted.workspaceId ?? held.workspace,
        readOnly: wanted.readOnly,
        expiresAt: expiryOf(wanted.expiration, clock.now()),
      };
      const refusal = beyondPower(held, power);
      if (refusal) throw refusal;
      if (power.workspace !== null) await assertMayBind(db, userId, power.workspace);
      const { label } = wanted;
      const at = clock.now();
      const issued = await issueToken(db, { ...power, kind: 'user', userId, at, label });
      if (!issued) throw new AppError('unauthenticated', 'This account is disabled.');
      return issued;
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(deps: Deps) {
  const { db, changed } = deps;
  return {
    ...creators(deps),
    preview: createPreview({ ...deps, powerOf: (call) => powerOf(db, call) }),

    list: (call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<TokenRow>(sql.selectTokens, [personOf(call), perPage, (page - 1) * perPage]),

    async delete(call: Call, prefix: string): Promise<Record<string, never>> {
      const gone = await db.row<{ count: number }>(sql.deleteToken, [personOf(call), prefix]);
      if (!gone?.count) throw notFound('token', prefix);
      changed();
      return {};
    },

    /** Neither may the result be more than the calling token, nor may it reach one that is more. */
    async updateScopes(
      call: Call,
      prefix: string,
      scopes: string[] | null,
    ): Promise<Record<string, never>> {
      const userId = personOf(call);
      const stored = scopes && normaliseScopes(scopes);
      const row = await db.row<Power>(sql.selectPowerByPrefix, [userId, prefix]);
      if (!row) throw notFound('token', prefix);
      const refusal = beyondPower(await powerOf(db, call), { ...row, scopes: stored });
      if (refusal) throw refusal;
      await db.run(sql.updateScopes, [userId, prefix, stored]);
      changed();
      return {};
    },

    async updateLabel(call: Call, prefix: string, label: string): Promise<Record<string, never>> {
      const rows = await db.run(sql.updateLabel, [personOf(call), prefix, label]);
      if (rows === 0) throw notFound('token', prefix);
      return {};
    },
  };
}
