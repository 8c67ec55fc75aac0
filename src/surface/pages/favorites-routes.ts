// The address of the favourites in a workspace: what the visitor may read there, and its stars.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { favoritesPage, type Item, itemsOnPage } from './favorites.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';
import { toLogin, visitorOf } from './visitor.ts';

interface Route {
  Params: { workspace: string };
  Querystring: { page?: unknown };
}

const address = '/w/:workspace/favorites';

function pageOf({ page }: Route['Querystring']): number {
  const number = Number(page ?? 1);
  return Number.isInteger(number) && number >= 1 && number <= 1000 ? number : 1;
}

export function mountFavorites(app: FastifyInstance, deps: PageDeps): void {
  async function itemsOf(
    request: FastifyRequest<Route>,
    reply: FastifyReply,
    kind: 'script' | 'flow',
  ): Promise<Item[]> {
    const { workspace } = request.params;
    const input = () => ({ page: pageOf(request.query), perPage: itemsOnPage });
    const found = await deps.invoke(request, reply, { name: `${kind}s.list`, workspace, input });
    return (found as Omit<Item, 'kind'>[]).map((item) => ({ ...item, kind }));
  }

  app.get<Route>(address, async (request, reply) => {
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, request.url);
    const items = [
      await itemsOf(request, reply, 'script'),
      await itemsOf(request, reply, 'flow'),
    ] as const;
    const { workspace } = request.params;
    const page = pageOf(request.query);
    return sendPage(reply, favoritesPage({ visitor, workspace, page, items }));
  });

  app.post<Route>(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const { workspace } = request.params;
    const here = `/w/${encodeURIComponent(workspace)}/favorites?page=${pageOf(request.query)}`;
    if (!(await visitorOf(request, reply, deps))) return toLogin(reply, here);
    const form = deps.formOf(request);
    const verb = ['star', 'unstar'].find((name) => form[name] !== undefined);
    if (verb === undefined) throw new AppError('invalid_input', 'Star something, or unstar it.');
    const [kind, ...path] = (form[verb] ?? '').split(':');
    await deps.invoke(request, reply, {
      name: `favorites.${verb}`,
      workspace,
      input: () => ({ kind, path: path.join(':') }),
    });
    return reply.redirect(here, 303);
  });
}
