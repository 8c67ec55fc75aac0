export { audienceFits } from './addresses.ts';
export { resourceMetadataUrl } from './discovery.ts';
export type { OAuthLimits } from './limits.ts';
export { createOAuth, type OAuth } from './oauth.ts';
export type { OAuthParts } from './provider.ts';
export { oauthRoutes } from './routes.ts';
