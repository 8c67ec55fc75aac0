// Our own REST: `POST /api/op/<name>` calls an operation with the body as its input, and
// `GET /api/openapi.json` describes them all. Who may call is settled behind the ports.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { openFlowSchema } from '../../engine/index.ts';
import type { Catalog } from '../../operation/index.ts';
import { openApiDocument } from './openapi.ts';

export interface ApiAsk {
  place: 'rest';
  surface: 'rest';
  workspace: string | null;
  name: string;
  input: () => unknown;
}

/** Ports, filled by the server. */
export interface ApiDeps {
  catalog: Catalog;
  version: string;
  origin: () => string;
  invoke: (request: FastifyRequest, reply: FastifyReply, ask: ApiAsk) => Promise<unknown>;
  /** The parsed JSON body; undefined when there is none. */
  bodyValue: (request: FastifyRequest) => unknown;
}

/** The workspace that the address names, if any. */
export function workspaceOf(query: unknown): string | null {
  const { workspace } = query as { workspace?: string | string[] };
  if (workspace === undefined || workspace === '') return null;
  if (typeof workspace === 'string') return workspace;
  throw new AppError('invalid_input', 'The address names more than one workspace.');
}

/** The routes as a Fastify plugin; the scope around it answers errors. */
export function apiRoutes(deps: ApiDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    let document: string | undefined;
    let flowSchema: string | undefined;

    app.post<{ Params: { name: string } }>('/api/op/:name', async (request, reply) => {
      const output = await deps.invoke(request, reply, {
        place: 'rest',
        surface: 'rest',
        workspace: workspaceOf(request.query),
        name: request.params.name,
        input: () => deps.bodyValue(request) ?? {},
      });
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(output ?? null));
    });

    app.get('/api/op/:name', async (_request, reply) => {
      void reply.header('allow', 'POST');
      throw new AppError('method_not_allowed', 'Operations are called with POST.', {
        hint: 'GET /api/openapi.json describes them.',
      });
    });

    app.get('/api/openflow.schema.json', async (_request, reply) => {
      flowSchema ??= JSON.stringify(openFlowSchema());
      return reply.type('application/schema+json; charset=utf-8').send(flowSchema);
    });

    app.get('/api/openapi.json', async (_request, reply) => {
      const { catalog, version } = deps;
      document ??= JSON.stringify(openApiDocument(catalog, { origin: deps.origin(), version }));
      return reply.type('application/json; charset=utf-8').send(document);
    });
  };
}
