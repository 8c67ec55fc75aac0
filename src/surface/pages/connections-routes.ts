// The address of the connected apps: what the visitor allowed, and the end of it.
import type { FastifyInstance } from 'fastify';
import { type Connection, connectionsPage } from './connections.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';
import { toLogin, visitorOf } from './visitor.ts';

const address = '/connections';

/** More than a person has; older ones come into view as these are revoked. */
const perPage = 100;

export function mountConnections(app: FastifyInstance, deps: PageDeps): void {
  app.get(address, async (request, reply) => {
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, address);
    const ask = { name: 'connections.list', workspace: null, input: () => ({ perPage }) };
    const connections = (await deps.invoke(request, reply, ask)) as Connection[];
    return sendPage(reply, connectionsPage(visitor, connections));
  });

  app.post(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    if (!(await visitorOf(request, reply, deps))) return toLogin(reply, address);
    const { revoke: id } = deps.formOf(request);
    await deps.invoke(request, reply, {
      name: 'connections.revoke',
      workspace: null,
      input: () => ({ id }),
    });
    return reply.redirect(address, 303);
  });
}
