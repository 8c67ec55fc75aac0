export { type ApiAsk, type ApiDeps, apiRoutes } from './routes.ts';
