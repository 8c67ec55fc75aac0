export { createAuditLog } from './audit-log.ts';
export { type Ask, authorise, ownerOf } from './authorise.ts';
export { type Call, type Progress, type Surface, systemCall, workspaceOf } from './call.ts';
export {
  anonymous,
  type Caller,
  displayNameOf,
  type Membership,
  principalsOf,
  type Role,
} from './caller.ts';
export { type Catalog, createCatalog } from './catalog.ts';
export { confirmation } from './confirm.ts';
export { scopesBeyond } from './containment.ts';
export { pageFields } from './fields.ts';
export {
  auditStage,
  authoriseStage,
  createDoor,
  type Door,
  type Flight,
  type Relations,
  resolveStage,
  validateStage,
} from './invoke.ts';
export {
  type AnyOperation,
  operation,
  type Operation,
  type Risk,
  type Target,
} from './operation.ts';
export { normaliseScopes } from './scope-grammar.ts';
export { scopePicker } from './scope-picker.ts';
export { confinedTo, placesOf, serviceScopeAllows } from './scopes.ts';
export { auditOperations } from './operations/index.ts';
export { validate } from './validate.ts';
