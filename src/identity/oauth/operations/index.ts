// The list of operations of connections and clients: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Clients } from '../clients.ts';
import type { Connections } from '../connections.ts';
import { allowConnection } from './allow.ts';
import { createClient } from './create-client.ts';
import { deleteClient } from './delete-client.ts';
import { listClients } from './list-clients.ts';
import { listConnections } from './list.ts';
import { revokeConnection } from './revoke.ts';

export const connectionOperations = (connections: Connections): AnyOperation[] => [
  allowConnection(connections),
  listConnections(connections),
  revokeConnection(connections),
];

export const clientOperations = (clients: Clients): AnyOperation[] => [
  createClient(clients),
  listClients(clients),
  deleteClient(clients),
];
