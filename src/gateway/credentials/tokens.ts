// The tokens of one connection as they are sealed, and when they are to be renewed.
import type { Endpoints, TokenSet } from './oauth-wire.ts';

/** Sealed as JSON, bound to service and person. */
export interface KeptTokens {
  access: string;
  refresh: string | null;
  /** The app that they belong to: `OAuthApp.identity`. */
  app: string;
  at: Pick<Endpoints, 'token' | 'revoke' | 'clientAuth' | 'body'>;
}

const marginMs = 60_000;

/**
 * A minute before the end; of a short life the last fifth, so that a token which lives for less
 * than a minute is not renewed at every call.
 */
export function lifeOf({ lifeMs, refresh }: TokenSet, now: number) {
  if (lifeMs === null) return { renewAt: null, expiresAt: null };
  const expiresAt = now + lifeMs;
  const renewAt = expiresAt - Math.min(marginMs, lifeMs / 5);
  return { renewAt: refresh === null ? null : Math.floor(renewAt), expiresAt };
}
