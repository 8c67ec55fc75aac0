// The verbs of a person's own tokens. Nobody sees or changes those of others, and no token makes
// one that is able to do more than itself.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, type Caller, normaliseScopes, placesOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Changed, personOf } from '../person.ts';
import { type Issued, issueToken } from './issue.ts';
import { beyondPower, fullPower, type Power } from './power.ts';
import { createPreview, type ToolsOf } from './preview.ts';
import { createRotate } from './rotate.ts';
import { type UrlTokens, urlTokensOff } from './url-tokens.ts';
import * as sql from './tokens.sql.ts';

export interface NewToken {
  label?: string | undefined;
  /** ISO 8601; null: never; undefined: never, or 90 days where it holds `mcp:` scopes alone. */
  expiration?: string | null | undefined;
  scopes?: string[] | undefined;
  workspaceId?: string | undefined;
  readOnly: boolean;
  /** Made to stand in an address. */
  inUrl: boolean;
}

interface Made extends Issued {
  expiresAt: number | null;
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
  inUrl: boolean;
  connected: boolean;
}

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
  toolsOf: ToolsOf;
  urlTokens: UrlTokens;
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

/** Tokens for assistants are copied to many places, and forgotten there. */
const mcpTokenMs = 90 * 24 * 60 * 60 * 1000;

function expiryOf(
  expiration: string | null | undefined,
  { scopes, held, at }: { scopes: readonly string[] | null; held: Power; at: number },
): number | null {
  if (expiration === undefined && placesOf(scopes).onlyMcp) {
    return Math.min(at + mcpTokenMs, held.expiresAt ?? Infinity);
  }
  if (expiration === undefined || expiration === null) return null;
  const endsAt = Date.parse(expiration);
  if (endsAt > at) return endsAt;
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

function assertForUrl(scopes: readonly string[] | null): void {
  if (placesOf(scopes).onlyMcp) return;
  throw new AppError('invalid_input', 'A token in an address takes mcp: scopes alone.', {
    hint: 'Give mcp:all, mcp:favorites or narrower ones.',
  });
}

function creators({ db, clock, urlTokens }: Deps) {
  async function make(call: Call, userId: string, wanted: NewToken): Promise<Made> {
    const held = await powerOf(db, call);
    const at = clock.now();
    const scopes = wanted.scopes ? normaliseScopes(wanted.scopes) : null;
    const power: Power = {
      scopes,
      workspace: wanted.workspaceId ?? held.workspace,
      readOnly: wanted.readOnly,
      expiresAt: expiryOf(wanted.expiration, { scopes, held, at }),
    };
    const refusal = beyondPower(held, power);
    if (refusal) throw refusal;
    const { label, inUrl } = wanted;
    if (inUrl) assertForUrl(scopes);
    if (inUrl && !(await urlTokens.allowed())) throw urlTokensOff();
    if (power.workspace !== null) await assertMayBind(db, userId, power.workspace);
    const issued = await issueToken(db, { ...power, inUrl, kind: 'user', userId, at, label });
    if (!issued) throw new AppError('unauthenticated', 'This account is disabled.');
    return { ...issued, expiresAt: power.expiresAt };
  }

  return {
    create: (call: Call, wanted: NewToken): Promise<Made> => make(call, personOf(call), wanted),

    /** A token of the person of this address; the door lets in admins of the instance alone. */
    async impersonate(call: Call, email: string, wanted: NewToken): Promise<Made> {
      const account = await db.row<{ id: string }>(sql.selectAccountId, [email]);
      if (!account) throw notFound('user', email);
      return make(call, account.id, wanted);
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(deps: Deps) {
  const { db, changed } = deps;
  const power = (call: Call): Promise<Power> => powerOf(db, call);
  return {
    ...creators(deps),
    preview: createPreview({ ...deps, powerOf: power }),
    rotate: createRotate({ ...deps, powerOf: power }),
    urlTokens: deps.urlTokens,

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
      const row = await db.row<Power & { inUrl: boolean }>(sql.selectPowerByPrefix, [
        userId,
        prefix,
      ]);
      if (!row) throw notFound('token', prefix);
      if (row.inUrl) assertForUrl(stored);
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
