// Who may exchange tokens of another server, and how they prove who they are: a secret in the
// header, or a signed assertion (RFC 7523). Of a secret only the hash is kept.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { AppError, type Clock, newSecret, notFound, sameSecret, sha256 } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { refusal } from '../reasons.ts';
import * as sql from './registry.sql.ts';
import { type Registry } from './registry.ts';
import type { ClientProof } from './request.ts';
import { localInstance } from './run.ts';

export interface GatewayClient {
  id: string;
  instance: string;
  name: string;
  hasSecret: boolean;
  createdBy: string;
  createdAt: number;
  usedAt: number | null;
}

export interface KnownClient {
  id: string;
  workspace: string;
  instance: string;
}

interface Row extends KnownClient {
  secretHash: string | null;
  publicKey: object | null;
}

/** An assertion lives for minutes, so that what is remembered of it stays small. */
const assertionMaxAge = '10m';
const toleranceS = 60;
/** By which an assertion may be signed. */
export const assertionAlgorithms = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

const unknown = () =>
  refusal('client_unknown', 'This client is unknown, or its proof is wrong.', {
    hint: 'An admin makes one with gatewayClients.create; its secret is shown once.',
  });

export type GatewayClients = ReturnType<typeof createClients>;

export function createClients({
  db,
  clock,
  registry,
  origin,
  spend,
}: {
  db: Database;
  clock: Clock;
  registry: Pick<Registry, 'find'>;
  origin: () => string;
  /** True for the first who names this, in whichever process. */
  spend: (place: string, nonce: string, expiresAt: number) => Promise<boolean>;
}) {
  const find = (id: string) => db.row<Row>(sql.selectClient, [id]);

  /** RFC 7523 section 3: issuer and subject are the client, each assertion is used once. */
  async function assertSigned({ id, publicKey }: Row, assertion: string): Promise<void> {
    const keys = createLocalJWKSet({ keys: [publicKey] } as JSONWebKeySet);
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: assertionAlgorithms,
      issuer: id,
      subject: id,
      audience: [origin(), `${origin()}/token`, `${origin()}/auth/token`],
      clockTolerance: toleranceS,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'jti', 'iat'],
      maxTokenAge: assertionMaxAge,
    });
    const expiresAt = (Number(payload.exp) + toleranceS) * 1000;
    if (!(await spend(`client ${id}`, String(payload.jti), expiresAt))) throw unknown();
  }

  /** Whom the assertion names, before anything of it is believed. */
  function issuerIn(assertion: string): string {
    try {
      const [, payload = ''] = assertion.split('.');
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return String((claims as { iss?: unknown }).iss);
    } catch {
      throw unknown();
    }
  }

  return {
    /** Who proves it; throws `client_unknown`, the same for whatever is wrong. */
    async prove(proof: ClientProof): Promise<KnownClient> {
      const id = proof.kind === 'key' ? (proof.id ?? issuerIn(proof.assertion)) : proof.id;
      const client = await find(id);
      if (proof.kind === 'secret') {
        const isRight = sameSecret(client?.secretHash ?? '', sha256(proof.secret));
        if (!client?.secretHash || !isRight) throw unknown();
      } else {
        if (!client?.publicKey) throw unknown();
        try {
          await assertSigned(client, proof.assertion);
        } catch (error) {
          throw error instanceof AppError ? error : unknown();
        }
      }
      return client;
    },

    used: (id: string) => db.run(sql.touchClient, [id, clock.now()]),

    async create(
      call: Call,
      said: { name: string; instance: string; publicKey?: Record<string, unknown> | undefined },
    ): Promise<{ id: string; secret: string | null }> {
      const workspace = workspaceOf(call);
      const { name, instance, publicKey } = said;
      if (instance !== localInstance && !(await registry.find(workspace, instance))) {
        throw notFound('instance', instance);
      }
      if (publicKey && ('d' in publicKey || 'k' in publicKey)) {
        throw new AppError('invalid_input', 'This is a private key.', {
          hint: 'Give the public half alone, and make a new pair: this one is no secret any more.',
        });
      }
      const id = `gwc_${newSecret(20)}`;
      const secret = publicKey ? null : newSecret(43);
      const hash = secret === null ? null : sha256(secret);
      const key = publicKey ? JSON.stringify(publicKey) : null;
      const by = displayNameOf(call.caller);
      await db.run(sql.insertClient, [id, workspace, instance, name, hash, key, by, clock.now()]);
      return { id, secret };
    },

    list: (call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<GatewayClient>(sql.selectClients, [workspaceOf(call), perPage, (page - 1) * perPage]),

    async delete(call: Call, id: string): Promise<{ id: string }> {
      if ((await db.run(sql.deleteClient, [workspaceOf(call), id])) === 0) {
        throw notFound('client', id);
      }
      return { id };
    },
  };
}
