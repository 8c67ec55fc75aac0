// What an exchange means for a grant, without I/O: is it active, does it wait for somebody, and
// what is kept of it. Whoever edits a flow that runs as Alice could act as Alice: so what Alice did
// not deploy herself waits until she, or an admin, has looked at it.
import type { DeclaredServices } from '../../engine/index.ts';
import type { ExchangeReason } from './refusals.ts';

export type GrantStatus = 'pending' | 'active' | 'revoked';

/** What is known of a grant before this exchange. */
export interface StandingGrant {
  status: GrantStatus;
  declarationHash: string;
  codeHash: string;
  endedBy: string | null;
  expiresAt: number;
}

/** What the run declares and consists of. */
export interface Asked {
  declarationHash: string;
  codeHash: string;
  services: DeclaredServices;
  /** Did the subject deploy all of the code? */
  isOwnCode: boolean;
  subject: string;
  /** Are grants for nothing but `read` active by themselves here? */
  approveReads: boolean;
}

export interface Judgement {
  status: GrantStatus;
  /** This exchange approves it, as the subject did by deploying. */
  approves: boolean;
  refusal?: ExchangeReason;
}

const onlyReads = (services: DeclaredServices): boolean =>
  Object.values(services).every((classes) => classes.every((one) => one === 'read'));

export function judge(known: StandingGrant | undefined, asked: Asked, now: number): Judgement {
  const approves = asked.isOwnCode || (asked.approveReads && onlyReads(asked.services));
  const active: Judgement = { status: 'active', approves };
  const pending: Judgement = { status: 'pending', approves: false, refusal: 'grant_pending' };
  if (!known) return approves ? active : pending;
  const isSame =
    known.codeHash === asked.codeHash && known.declarationHash === asked.declarationHash;
  if (known.status === 'revoked') {
    // A deploy by the subject is a new decision of theirs; it does not undo an admin's.
    const mayRenew = asked.isOwnCode && !isSame && known.endedBy === asked.subject;
    return mayRenew ? active : { status: 'revoked', approves: false, refusal: 'grant_revoked' };
  }
  if (!isSame) return approves ? active : pending;
  if (known.status === 'pending') return approves ? active : pending;
  if (known.expiresAt > now) return { status: 'active', approves: false };
  return { status: 'active', approves: false, refusal: 'grant_expired' };
}
