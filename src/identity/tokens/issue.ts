// Makes the secret of a token, a session or a set-up link and stores its hash. The only place
// where the secret exists on this side; it is answered once and never again.
import { newId, newSecret, sha256 } from '../../base/index.ts';
import type { Queries } from '../../store/index.ts';
import { insertToken } from './tokens.sql.ts';
import { urlTokenStart } from './url-tokens.ts';

export const prefixLength = 10;

/** 30 days, whether it is used or not. */
const sessionMs = 30 * 24 * 60 * 60 * 1000;

export interface TokenFields {
  userId: string;
  kind: 'user' | 'session';
  at: number;
  expiresAt: number | null;
  label?: string | undefined;
  scopes?: readonly string[] | null | undefined;
  readOnly?: boolean | undefined;
  workspace?: string | null | undefined;
  /** Made to stand in an address: its secret says so by how it begins. */
  inUrl?: boolean | undefined;
  /** For logins: the stored password that was checked. */
  passwordHash?: string | undefined;
}

export interface Issued {
  token: string;
  prefix: string;
}

/** Undefined when the person is gone, disabled, or has another password by now. */
export async function issueToken(
  queries: Queries,
  fields: TokenFields,
): Promise<Issued | undefined> {
  const token = `${fields.inUrl ? urlTokenStart : ''}${newSecret(32)}`;
  const prefix = token.slice(0, prefixLength);
  const rows = await queries.run(insertToken, [
    newId(),
    sha256(token),
    prefix,
    fields.kind,
    fields.userId,
    fields.label ?? null,
    fields.scopes ?? null,
    fields.readOnly ?? false,
    fields.workspace ?? null,
    fields.at,
    fields.expiresAt,
    fields.passwordHash ?? null,
    fields.inUrl ?? false,
  ]);
  return rows === 1 ? { token, prefix } : undefined;
}

export function issueSession(
  queries: Queries,
  { userId, at, passwordHash }: { userId: string; at: number; passwordHash?: string },
): Promise<Issued | undefined> {
  return issueToken(queries, {
    kind: 'session',
    userId,
    at,
    expiresAt: at + sessionMs,
    passwordHash,
  });
}
