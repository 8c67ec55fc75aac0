export { piiOperations } from './operations/index.ts';
export type { PiiOwner } from './owner.ts';
export { createNameIndex, loadScanner } from './detect/index.ts';
export { piiTypes } from './pii-type.ts';
export { createPii, type Pii, type PiiDirectory } from './pii.ts';
export { protectStage, restoreStage } from './stage.ts';
