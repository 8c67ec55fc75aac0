export { type Artifacts, createArtifacts } from './artifacts.ts';
export { createConnections } from './connections.ts';
export { connectionOperations } from './operations/index.ts';
export { pruneArtifacts, pruneConnections } from './oauth.sql.ts';
