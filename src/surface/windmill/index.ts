export { failureText } from './failure-text.ts';
export {
  type WindmillAsk,
  windmillAddresses,
  type WindmillDeps,
  windmillRoutes,
} from './routes.ts';
