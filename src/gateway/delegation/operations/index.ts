// The list of operations of delegation: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { GatewayClients } from '../clients.ts';
import type { Exchanges } from '../exchanges.ts';
import type { Grants } from '../grants.ts';
import type { HighRiskGrants } from '../high-risk.ts';
import type { Registry } from '../registry.ts';
import { approveGrant } from './approve-grant.ts';
import { createClient } from './create-client.ts';
import { createHighRisk } from './create-high-risk.ts';
import { deleteClient } from './delete-client.ts';
import { getGrant } from './get-grant.ts';
import { getDelegation } from './get.ts';
import { listClients } from './list-clients.ts';
import { listExchanges } from './list-exchanges.ts';
import { listGrants } from './list-grants.ts';
import { listHighRisk } from './list-high-risk.ts';
import { listInstances } from './list-instances.ts';
import { registerInstance } from './register-instance.ts';
import { removeInstance } from './remove-instance.ts';
import { revokeGrant } from './revoke-grant.ts';
import { revokeHighRisk } from './revoke-high-risk.ts';
import { setDelegation } from './set.ts';

export interface DelegationParts {
  registry: Registry;
  clients: GatewayClients;
  grants: Grants;
  highRisks: HighRiskGrants;
  exchanges: Exchanges;
}

export const delegationOperations = (parts: DelegationParts): AnyOperation[] => [
  getDelegation(parts.registry),
  setDelegation(parts.registry),
  listInstances(parts.registry),
  registerInstance(parts.registry),
  removeInstance(parts.registry),
  listClients(parts.clients),
  createClient(parts.clients),
  deleteClient(parts.clients),
  listGrants(parts.grants),
  getGrant(parts.grants),
  approveGrant(parts.grants),
  revokeGrant(parts.grants),
  listHighRisk(parts.highRisks),
  createHighRisk(parts.highRisks),
  revokeHighRisk(parts.highRisks),
  listExchanges(parts.exchanges),
];
