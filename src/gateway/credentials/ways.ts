// The ways in which people prove themselves to a service, and the header lines that each sends.
import type { OAuthAuth, ServiceAuth, ServiceDeclaration } from '../action.ts';

/** Header lines that go out with a request; in no log, no error and no answer. */
export type CredentialHeaders = Readonly<Record<string, string>>;

export type KeyWay = Exclude<ServiceAuth, OAuthAuth | { kind: 'none' }>;

export const waysOf = ({ auth, otherAuth = [] }: ServiceDeclaration): readonly ServiceAuth[] => [
  auth,
  ...otherAuth,
];

/** How a key of this service is sent; undefined: it takes none. */
export const keyWayOf = (declaration: ServiceDeclaration): KeyWay | undefined =>
  waysOf(declaration).find(({ kind }) => kind !== 'none' && kind !== 'oauth') as KeyWay | undefined;

export const needsNothing = (declaration: ServiceDeclaration): boolean =>
  waysOf(declaration).every((one) => one.kind === 'none');

export function keyHeaders(
  way: Exclude<KeyWay, { kind: 'connection' }>,
  { account, secret }: { account: string; secret: string },
): CredentialHeaders {
  if (way.kind === 'key') return { [way.header]: `${way.prefix}${secret}` };
  const pair = Buffer.from(`${account}:${secret}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

export const tokenHeaders = (token: string): CredentialHeaders => ({
  authorization: `Bearer ${token}`,
});
