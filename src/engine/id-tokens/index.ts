export { createIdTokens } from './id-tokens.ts';
export { idTokenOperations } from './operations/index.ts';
