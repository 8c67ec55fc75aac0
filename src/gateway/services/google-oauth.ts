// The consent of Google, the same for each of its services but for what is asked for.
import type { OAuthAuth } from '../action.ts';

const scopeAt = (name: string): string => `https://www.googleapis.com/auth/${name}`;

/** `scopes` as Google names them, without their address. */
export const googleOAuth = (...scopes: readonly string[]): OAuthAuth => ({
  kind: 'oauth',
  endpoints: {
    authorize: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    revoke: 'https://oauth2.googleapis.com/revoke',
  },
  scopes: ['openid', 'email', ...scopes.map(scopeAt)],
  // Without both there is no refresh token, and everybody would connect anew each hour.
  parameters: { access_type: 'offline', prompt: 'consent' },
});
