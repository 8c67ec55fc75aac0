export { type Artifacts, type ArtifactStore, createArtifacts } from './artifacts.ts';
export { type ClientMetadata, type Clients, createClients, type KnownClient } from './clients.ts';
export { pruneClients } from './clients.sql.ts';
export { createConnections } from './connections.ts';
export { clientOperations, connectionOperations } from './operations/index.ts';
export { acceptedRedirects, redirectProblem, staysOnMachine } from './redirects.ts';
export { pruneArtifacts, pruneConnections } from './oauth.sql.ts';
