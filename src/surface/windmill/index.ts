export { failureText } from './failure-text.ts';
export { fileStreams } from './file-streams.ts';
export { createNotBuilt, readPublished } from './published.ts';
export {
  type WindmillAsk,
  windmillAddresses,
  type WindmillDeps,
  windmillRoutes,
} from './routes.ts';
