export {
  type FreshAsk,
  type PageAsk,
  type PageDeps,
  pageRoutes,
  sendFailurePage,
} from './routes.ts';
