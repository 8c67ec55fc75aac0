export { type FreshAsk, type PageAsk, type PageDeps, pageRoutes } from './routes.ts';
export { sendFailurePage } from './send.ts';
