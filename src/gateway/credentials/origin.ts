// The address that a key or token was given for. An admin who moves a service moves nobody's
// proofs: each stays bound to its origin, and is good for no other. No I/O.
import type { ServiceDeclaration } from '../action.ts';
import type { Service } from '../services/index.ts';

const originAt = (address: string): string =>
  URL.canParse(address) ? new URL(address).origin : '';

/** Scheme, host and port of the service; empty for the own workspace. */
export const originOf = ({ baseUrl }: Pick<Service, 'baseUrl'>): string => originAt(baseUrl);

/** What a row says it was given for; null, of old rows: the address that the service declares. */
export const givenFor = (origin: string | null, { baseUrl = '' }: ServiceDeclaration): string =>
  origin ?? originAt(baseUrl);

/** May what was given for `origin` go to the service where it is now? */
export const isGoodAt = (
  service: Pick<Service, 'baseUrl' | 'declaration'>,
  origin: string | null,
): boolean => givenFor(origin, service.declaration) === originOf(service);
