// The authorization server among the other faces: its addresses here, its consent among the pages.
import type { FastifyInstance } from 'fastify';
import { createOAuth, type OAuth, oauthRoutes } from '../oauth/index.ts';
import { failureDocument } from '../pages/index.ts';
import type { Running } from './running.ts';

export function mountOAuth(app: FastifyInstance, { deps, origin }: Running): OAuth {
  const oauth = createOAuth({
    ...deps.oauth,
    origin,
    log: deps.log,
    failurePage: (status, message) => failureDocument(status, { message }),
  });
  void app.register(oauthRoutes(oauth, origin));
  return oauth;
}
