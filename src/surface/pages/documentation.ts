// The documentation for people, as the Markdown that it is written in: what results link to.
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { PageDeps } from './routes.ts';

export function mountDocumentation(
  app: FastifyInstance,
  { invoke }: Pick<PageDeps, 'invoke'>,
): void {
  app.get<{ Params: { '*': string } }>('/docs/*', async (request, reply) => {
    const input = () => ({ url: request.params['*'], whole: true });
    try {
      const page = await invoke(request, reply, { name: 'docs.page', workspace: null, input });
      const { text } = page as { text: string };
      return await reply.type('text/plain; charset=utf-8').send(text);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error;
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
  });
}
