export { createEgress, type Egress, type EgressRequest, readText } from './egress.ts';
