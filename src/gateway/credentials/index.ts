export { createCredentials, type Credentials } from './credentials.ts';
export { credentialOperations } from './operations/index.ts';
