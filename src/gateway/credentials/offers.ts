// What a person sees of the services of a workspace: the ways to each, and how it is. No I/O.
import type { Service } from '../services/index.ts';
import type { ListedCredential } from './credentials.ts';
import { givenFor, isGoodAt } from './origin.ts';
import { keyWayOf, waysOf } from './ways.ts';

type Way = 'none' | 'key' | 'basic' | 'connection' | 'oauth';

export interface Offer {
  service: string;
  title: string;
  description: string;
  /** Consent first: it needs no secret in anybody's hands. */
  ways: Way[];
  keyHint: string;
  own:
    | (Omit<ListedCredential, 'service' | 'shared' | 'origin'> & { movedFrom: string | null })
    | null;
  /** Since when everybody may use it who has none of their own. */
  shared: { account: string; createdAt: number; movedFrom: string | null } | null;
}

function ownFacts(row: ListedCredential, movedFrom: string | null): NonNullable<Offer['own']> {
  const { service: _, shared: __, origin: ___, ...facts } = row;
  return { ...facts, movedFrom };
}

export function listOffers(
  services: readonly Service[],
  { withApp, rows }: { withApp: ReadonlySet<string>; rows: readonly ListedCredential[] },
): Offer[] {
  // The own workspace is there without anything to connect.
  const elsewhere = services.filter(({ baseUrl }) => baseUrl !== '');
  return elsewhere.map((there) => {
    const { declaration } = there;
    const { name, title, description, keyHint } = declaration;
    const mine = rows.filter(({ service }) => service === name);
    const shared = mine.find((row) => row.shared);
    const own = mine.find((row) => !row.shared);
    const key = keyWayOf(declaration);
    const isFree = waysOf(declaration).some((one) => one.kind === 'none');
    const movedFrom = ({ origin }: ListedCredential): string | null =>
      isGoodAt(there, origin) ? null : givenFor(origin, declaration);
    return {
      service: name,
      title,
      description,
      ways: [
        ...(withApp.has(name) ? ['oauth' as const] : []),
        ...(key ? [key.kind] : []),
        ...(isFree ? ['none' as const] : []),
      ],
      keyHint,
      own: own ? ownFacts(own, movedFrom(own)) : null,
      shared: shared
        ? { account: shared.account, createdAt: shared.createdAt, movedFrom: movedFrom(shared) }
        : null,
    };
  });
}
