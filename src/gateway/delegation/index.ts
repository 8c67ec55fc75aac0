export type { Authority, ServiceAsk } from './authority.ts';
export { assertionAlgorithms } from './clients.ts';
export { createDelegation, type DelegationDeps, type DelegationPart } from './delegation.ts';
export { delegationStage } from './stage.ts';
export type { Exchange, ExchangeAnswer } from './exchange.ts';
