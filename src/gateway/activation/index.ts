export { type Activations, createActivations, idOf, type Person } from './activations.ts';
export { createDiscovery } from './discovery.ts';
export { activationOperations } from './operations/index.ts';
