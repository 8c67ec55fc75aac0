export { auditExportRoutes } from './audit-export.ts';
export { type ApiAsk, type ApiDeps, apiRoutes } from './routes.ts';
