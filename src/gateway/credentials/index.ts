export type { Credentials } from './credentials.ts';
export { credentialOperations } from './operations/index.ts';
export { createCredentialParts } from './parts.ts';
export type { CredentialHeaders } from './ways.ts';
