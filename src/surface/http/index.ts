export { createHttpServer, type HttpServer } from './listen.ts';
export type { HttpDeps } from './running.ts';
