// What a delegated token is (RFC 7662), for the client that it was given to, and nobody else: the
// person, the flow that acts for them (`act`, RFC 8693 section 4.1), and what it allows now.
import { AppError, newId } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { GatewayClients } from './clients.ts';
import type { Exchange } from './exchange.ts';
import type { HighRiskGrants } from './high-risk.ts';
import { refusal } from '../reasons.ts';
import { oauthRefusal, reasonIn } from './refusals.ts';
import { readProof } from './request.ts';
import { intersection } from './run.ts';
import type { Tokens } from './tokens.ts';

export interface IntrospectionDeps {
  clients: Pick<GatewayClients, 'prove'>;
  tokens: Pick<Tokens, 'stored'>;
  highRisks: Pick<HighRiskGrants, 'scopeNow'>;
  origin: () => string;
  /** A person as they are in a workspace; undefined: unknown, or disabled. */
  personIn: (workspace: string, userId: string) => Promise<Caller | undefined>;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

export function createIntrospection(deps: IntrospectionDeps): Exchange {
  const { clients, tokens, highRisks, origin, personIn } = deps;

  async function said(token: string, client: string): Promise<Record<string, unknown>> {
    const row = await tokens.stored(token);
    const person = row && (await personIn(row.workspace, row.userId));
    // Of the token of another client it is not even told that there is one.
    if (row?.clientId !== client || !person?.membership) return { active: false };
    return {
      active: true,
      token_type: 'Bearer',
      sub: row.userId,
      act: { sub: row.actor, job_id: row.jobId },
      client_id: row.clientId,
      aud: `${origin()}/mcp`,
      iss: origin(),
      scope: await highRisks.scopeNow(row.grantId, intersection(row.asked, row.granted)),
      iat: seconds(row.issuedAt),
      exp: seconds(row.expiresAt),
      jti: row.id,
      grant_id: row.grantId,
    };
  }

  return async (form, authorization) => {
    try {
      const proof = readProof(form, authorization);
      if (!proof) throw refusal('client_unknown', 'A client has to prove who it is.');
      const client = await clients.prove(proof);
      return { status: 200, body: await said(form.get('token') ?? '', client.id) };
    } catch (error) {
      const reason = reasonIn(error);
      if (reason === undefined || !(error instanceof AppError)) throw error;
      return oauthRefusal(reason, { error, auditId: newId() });
    }
  };
}
