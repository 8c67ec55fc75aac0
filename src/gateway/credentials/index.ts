export { createCredentials, type Credentials, type Sealer } from './credentials.ts';
export { credentialOperations } from './operations/index.ts';
