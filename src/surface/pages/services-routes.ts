// The addresses of the page of services, and the one that services send people back to.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { Problem } from './fields.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';
import { goOnPage, type Place, type ServiceRow, servicesPage } from './services.ts';
import { toLogin, type Visitor, visitorOf } from './visitor.ts';

const address = '/services';

interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  visitor: Visitor;
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** `workspace/service`, as buttons send it. */
function placeIn(text: string): Place {
  const at = text.indexOf('/');
  return { workspace: text.slice(0, Math.max(at, 0)), service: text.slice(at + 1) };
}

function pathOf({ workspace, service }: Place): string {
  return `${address}?${new URLSearchParams({ workspace, service }).toString()}`;
}

/** A state ends with the workspace that it belongs to. */
const workspaceIn = (state: string): string => state.slice(state.indexOf('.') + 1);

export function mountServices(app: FastifyInstance, deps: PageDeps): void {
  async function groupsFor({ request, reply, visitor }: Asked, focus: Place | undefined) {
    const first = ({ id }: { id: string }): number => (id === focus?.workspace ? 0 : 1);
    const workspaces = visitor.workspaces.toSorted((a, b) => first(a) - first(b));
    return Promise.all(
      workspaces.map(async (workspace) => {
        const ask = { name: 'credentials.overview', workspace: workspace.id, input: () => ({}) };
        const rows = (await deps.invoke(request, reply, ask)) as ServiceRow[];
        const rank = ({ service }: ServiceRow): number => (service === focus?.service ? 0 : 1);
        return { workspace, rows: rows.toSorted((a, b) => rank(a) - rank(b)) };
      }),
    );
  }

  async function show(
    asked: Asked,
    focus: Place | undefined,
    failed: { problem?: Problem; status?: number; account?: string | undefined } = {},
  ): Promise<FastifyReply> {
    const { visitor, reply } = asked;
    const { status = 200, ...more } = failed;
    const groups = await groupsFor(asked, focus);
    return sendPage(reply, servicesPage({ visitor, groups, focus, ...more }), status);
  }

  async function invoke(
    { request, reply }: Asked,
    name: string,
    { place, ...input }: { place: Place } & Record<string, unknown>,
  ): Promise<unknown> {
    const { workspace, service } = place;
    return deps.invoke(request, reply, { name, workspace, input: () => ({ service, ...input }) });
  }

  /** What the form wants; answers the page where to go on. */
  async function act(asked: Asked, form: Readonly<Record<string, string>>): Promise<FastifyReply> {
    const { share, connect = share, disconnect, key, account = '', secret = '' } = form;
    const { reply, visitor } = asked;
    if (connect !== undefined) {
      const name = share === undefined ? 'credentials.connect' : 'credentials.connectShared';
      const begun = await invoke(asked, name, { place: placeIn(connect) });
      const { title, url } = begun as { title: string; url: string };
      // A redirect would be held to `form-action`, which cannot name every service.
      void reply.header('refresh', `0;url=${url}`);
      return sendPage(reply, goOnPage(visitor, { title, url }));
    }
    const place = placeIn(key ?? disconnect ?? '');
    if (key === undefined) await invoke(asked, 'credentials.remove', { place });
    else await invoke(asked, 'credentials.set', { place, account: account.trim(), secret });
    return reply.redirect(pathOf(place), 303);
  }

  app.get(address, async (request, reply) => {
    const visitor = await visitorOf(request, reply, deps);
    const query = request.query as { workspace?: unknown; service?: unknown };
    const workspace = textIn(query.workspace);
    const service = textIn(query.service);
    const focus = workspace !== undefined && service !== undefined && { workspace, service };
    if (!visitor) return toLogin(reply, focus ? pathOf(focus) : address);
    return show({ request, reply, visitor }, focus || undefined);
  });

  app.post(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, address);
    const asked = { request, reply, visitor };
    const form = deps.formOf(request);
    try {
      return await act(asked, form);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const focus = placeIn(
        form['key'] ?? form['connect'] ?? form['share'] ?? form['disconnect'] ?? '',
      );
      const account = form['key'] === undefined ? undefined : form['account'];
      return show(asked, focus, { problem: error, status: error.status, account });
    }
  });

  // A service sends people back by a link, so that this is a GET that changes something: the state
  // is known to nobody but the session that began it, and counts once.
  app.get<{ Params: { name: string } }>('/auth/services/:name/callback', async (request, reply) => {
    const { state: said, ...query } = request.query as Record<string, unknown>;
    const state = textIn(said) ?? '';
    const place = { workspace: workspaceIn(state), service: request.params.name };
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, pathOf(place));
    const asked = { request, reply, visitor };
    const given = ['code', 'error', 'iss'].map((name) => [name, textIn(query[name])] as const);
    const answer = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    try {
      await invoke(asked, 'credentials.finish', { place, state, ...answer });
      return await reply.redirect(pathOf(place), 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return show(asked, place, { problem: error, status: error.status });
    }
  });
}
