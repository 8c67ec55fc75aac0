export { boundedFetch } from './bounded-fetch.ts';
export { createEgress, type Egress, type EgressRequest, readText } from './egress.ts';
export type { WholeAnswer } from './whole.ts';
