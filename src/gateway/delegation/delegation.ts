// Puts delegation together: what admins set up, grants, the exchange, and the tokens that it gives.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { DelegatedTokens } from '../../identity/index.ts';
import type { AnyOperation, Caller } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Authority, createAuthority } from './authority.ts';
import { createClients } from './clients.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { createExchanges } from './exchanges.ts';
import { createGrants } from './grants.ts';
import { createHighRiskGrants } from './high-risk.ts';
import { createIntrospection } from './introspection.ts';
import { delegationOperations } from './operations/index.ts';
import type { OwnEngine } from './own-engine.ts';
import { createRegistry } from './registry.ts';
import { createTokens } from './tokens.ts';
import { createWindmillVerifier } from './windmill.ts';

export interface DelegationDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  egress: Pick<Egress, 'fetch'>;
  engine: OwnEngine;
  /** Where people reach this server. */
  origin: () => string;
  /** A member, by username; undefined: none, or disabled. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  /** The username of a member, by e-mail address. */
  usernameOf: (workspace: string, email: string) => Promise<string | undefined>;
  /** A person as they are in a workspace; undefined: unknown, or disabled. */
  personIn: (workspace: string, userId: string) => Promise<Caller | undefined>;
  /** Is there such a service in the workspace? */
  hasService: (workspace: string, service: string) => Promise<boolean>;
}

export interface DelegationPart {
  operations: AnyOperation[];
  /** The token endpoint's token exchange. */
  exchange: Exchange;
  /** What a delegated token is, for its own client. */
  introspect: Exchange;
  /** Do flows act for people in any workspace? */
  isOnSomewhere: () => Promise<boolean>;
  /** For identity: who holds a delegated token, at this moment. */
  findToken: DelegatedTokens['find'];
  /** What a flow may do in a service. */
  authority: Authority;
  start(): void;
  stop(): Promise<void>;
}

export function createDelegation(deps: DelegationDeps): DelegationPart {
  const { memberOf, usernameOf } = deps;
  const registry = createRegistry(deps);
  const tokens = createTokens(deps);
  const clients = createClients({ ...deps, registry, spend: tokens.spend });
  const grants = createGrants(deps);
  const exchanges = createExchanges(deps);
  const highRisks = createHighRiskGrants({
    ...deps,
    async userIdOf(workspace, email) {
      const username = await usernameOf(workspace, email);
      const person = username === undefined ? undefined : await memberOf(workspace, username);
      return person?.userId ?? undefined;
    },
  });
  const parts = { registry, clients, grants, highRisks, exchanges };
  return {
    operations: delegationOperations(parts),
    exchange: createExchange({
      ...deps,
      ...parts,
      tokens,
      verifyWindmill: createWindmillVerifier(deps),
    }),
    introspect: createIntrospection({ ...deps, clients, tokens, highRisks }),
    // The documents that ask it are there without the database, too.
    isOnSomewhere: () => registry.isOnSomewhere().catch(() => false),
    findToken: tokens.find,
    authority: createAuthority(highRisks),
    start: exchanges.start,
    stop: exchanges.stop,
  };
}
