// The list of operations of connections: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Connections } from '../connections.ts';
import { allowConnection } from './allow.ts';
import { listConnections } from './list.ts';
import { revokeConnection } from './revoke.ts';

export const connectionOperations = (connections: Connections): AnyOperation[] => [
  allowConnection(connections),
  listConnections(connections),
  revokeConnection(connections),
];
