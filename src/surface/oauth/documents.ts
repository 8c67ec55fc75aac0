// Where clients find the documents of discovery: at the places that the RFCs name, and where
// clients of Windmill look for an issuer of its own for each workspace.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { anyAddress, issuerAliases, mcpPathOf } from './addresses.ts';
import { resourceMetadata, serverMetadata } from './discovery.ts';

const wellKnown = '/.well-known';
const serverDocuments = ['oauth-authorization-server', 'openid-configuration'];

export interface DocumentDeps {
  origin: () => string;
  /** Is the token exchange to be found? */
  delegates: () => Promise<boolean>;
}

export function mountDocuments(app: FastifyInstance, { origin, delegates }: DocumentDeps): void {
  const cached = { 'cache-control': 'public, max-age=300' };
  const server = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.headers(cached).send(serverMetadata(origin(), await delegates()));
  for (const name of serverDocuments) {
    app.get(`${wellKnown}/${name}`, server);
    // Clients put the path of the endpoint, or of another issuer, behind it.
    app.get(`${wellKnown}/${name}/*`, server);
    for (const issuer of issuerAliases) app.get(`${issuer}${wellKnown}/${name}`, server);
  }
  const resource = `${wellKnown}/oauth-protected-resource`;
  app.get(resource, async (_request, reply) =>
    reply.headers(cached).send(resourceMetadata(origin(), anyAddress)),
  );
  app.get<{ Params: { '*': string } }>(`${resource}/*`, async (request, reply) => {
    const path = mcpPathOf(`/${request.params['*']}`);
    if (path === undefined) throw new AppError('not_found', 'This is no MCP address.');
    return reply.headers(cached).send(resourceMetadata(origin(), path));
  });
}
