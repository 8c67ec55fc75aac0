export { upstreamOperations } from './operations/index.ts';
export { createUpstreams, type Upstreams, type UpstreamsDeps } from './upstreams.ts';
