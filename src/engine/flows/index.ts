export { createFlowEngine, type FlowEngine } from './engine.ts';
export {
  type DeclaredServices,
  readServices,
  type ServiceClass,
  serviceClasses,
  servicesOf,
} from './gateway-services.ts';
export { openFlowSchema } from './openflow.ts';
export { assertFits } from './form.ts';
export { flowOperations } from './operations/index.ts';
export type { MarkFlow } from './mark.ts';
export type { Pending, Waiting } from './waiting.ts';
