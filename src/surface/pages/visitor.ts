// Who looks at a page: their e-mail address and workspaces, and what stands in the corner.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { html, type Html } from './html.ts';
import type { PageDeps } from './routes.ts';

export interface OwnWorkspace {
  id: string;
  name: string;
  username: string;
  role: 'admin' | 'developer' | 'operator';
}

export interface Visitor {
  email: string;
  workspaces: readonly OwnWorkspace[];
}

export function isLoggedOut(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unauthenticated';
}

/** Undefined without a session. Workspaces that shut the visitor out are left out. */
export async function visitorOf(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: PageDeps,
): Promise<Visitor | undefined> {
  try {
    const ask = { name: 'workspaces.mine', workspace: null, input: () => ({}) };
    const mine = (await deps.invoke(request, reply, ask)) as {
      email: string;
      workspaces: (OwnWorkspace & { disabled: boolean })[];
    };
    return { email: mine.email, workspaces: mine.workspaces.filter((each) => !each.disabled) };
  } catch (error) {
    if (isLoggedOut(error)) return undefined;
    throw error;
  }
}

/** Sends who has no session to the log-in, which leads back to `next`. */
export function toLogin(reply: FastifyReply, next: string): FastifyReply {
  return reply.redirect(next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`, 303);
}

/** Where the visitor's own pages are, who is here, and the way out. */
export function cornerOf({ email }: Pick<Visitor, 'email'>): Html {
  return html`<nav aria-label="Your pages">
      <a href="/connections">Connected apps</a>
      <a href="/services">Services</a>
      <a href="/tokens">Tokens</a>
    </nav>
    <form class="corner" method="post" action="/logout">
      <span>${email}</span>
      <button class="plain" type="submit">Log out</button>
    </form>`;
}

/** The choice of a workspace; `all`: one that stands for every one of them. */
export function workspaceField(
  workspaces: readonly OwnWorkspace[],
  { chosen, all }: { chosen: string; all: boolean },
): Html {
  const choices = workspaces.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`]);
  if (all && workspaces.length > 1) choices.push(['*', 'All of my workspaces']);
  return html`<div class="field">
    <label for="workspace">Workspace</label>
    <select id="workspace" name="workspace">
      ${choices.map(
        ([value = '', label]) =>
          html`<option value="${value}" ${value === chosen && { markup: 'selected' }}>
            ${label}
          </option>`,
      )}
    </select>
  </div>`;
}
