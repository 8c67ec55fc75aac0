export { type FreshAsk, type PageAsk, type PageDeps, pageRoutes } from './routes.ts';
export type { Consents } from './consent-routes.ts';
export { failureDocument, sendFailurePage, sendMcpAddressPage } from './send.ts';
