export type { DelegatedTokens, JobTokens, StarsOf } from './callers/index.ts';
export { type Access, grantOf, shareFields } from './grants.ts';
export { createIdentity, type Identity, type IdentityDeps } from './identity.ts';
export {
  acceptedRedirects,
  type Artifacts,
  type ArtifactStore,
  type ClientMetadata,
  type Clients,
  type KnownClient,
  redirectProblem,
  staysOnMachine,
} from './oauth/index.ts';
export { pathsWithin, type Readable, readableBy } from './readable.ts';
export type { FirstOwner, Setup } from './setup/index.ts';
export { urlTokensOff } from './tokens/index.ts';
export type { ListedTool, ToolsOf } from './tokens/index.ts';
