// The verbs of connections: what a person allowed a client to do. Nobody sees those of others.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import { type Call, normaliseScopes } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Changed, personOf } from '../person.ts';
import { assertMayBind } from '../tokens/index.ts';
import { connectionMs } from './artifacts.ts';
import type { Clients } from './clients.ts';
import * as sql from './oauth.sql.ts';

export interface Connection {
  id: string;
  clientId: string;
  clientName: string;
  workspace: string | null;
  scopes: string[];
  readOnly: boolean;
  audience: string | null;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
}

export interface Consent {
  grantId: string;
  clientId: string;
  clientName: string;
  workspace: string | null;
  scopes: string[];
  readOnly: boolean;
  audience: string | null;
}

export type Connections = ReturnType<typeof createConnections>;

export function createConnections({
  db,
  clock,
  changed,
  clients,
}: {
  db: Database;
  clock: Clock;
  changed: Changed;
  clients: Pick<Clients, 'used'>;
}) {
  return {
    /** A person at the consent page; no token makes a connection, whatever it holds. */
    async allow(call: Call, consent: Consent): Promise<Record<string, never>> {
      const userId = personOf(call);
      if (call.caller.kind !== 'session') {
        throw new AppError('forbidden', 'Only a person who is logged in allows a client.', {
          hint: 'Open the address that the client shows in a browser.',
        });
      }
      const { grantId, clientId, clientName, workspace, readOnly, audience } = consent;
      const scopes = normaliseScopes(consent.scopes);
      if (workspace !== null) await assertMayBind(db, userId, workspace);
      const now = clock.now();
      const rows = await db.run(sql.insertConnection, [
        newId(),
        grantId,
        userId,
        clientId,
        clientName,
        workspace,
        scopes,
        readOnly,
        audience,
        now,
        now + connectionMs,
      ]);
      if (rows === 0) throw new AppError('conflict', 'This consent was given already.');
      await clients.used(clientId);
      return {};
    },

    list: (call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<Connection>(sql.selectConnections, [personOf(call), perPage, (page - 1) * perPage]),

    async revoke(call: Call, id: string): Promise<Record<string, never>> {
      const rows = await db.run(sql.deleteConnection, [id, personOf(call)]);
      if (rows === 0) throw notFound('connection', id);
      changed();
      return {};
    },
  };
}
