export { createExtensions, type Extensions } from './extensions.ts';
export { extensionOperations } from './operations/index.ts';
