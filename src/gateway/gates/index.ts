export { categories, categoryOf, classOf } from './categories.ts';
export { createGates, type Gates, type GateSet } from './gates.ts';
export { gateOperations } from './operations/index.ts';
