// The address of the consent page. Only the browser in which the authorization began sees it (a
// cookie of the authorization server), and only somebody who is logged in may answer.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { scopePicker } from '../../operation/index.ts';
import { type ConsentFacts, consentPage } from './consent.ts';
import type { OwnWorkspace } from './home.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';

/** Port: the consents that clients ask for, which the authorization server keeps. */
export interface Consents {
  /** Throws `gone` when it is over, or was begun in another browser. */
  pending(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Omit<ConsentFacts, 'email' | 'workspaces' | 'access'> & AskedFor>;
  /** Makes the consent of the person, to be stored; answers its id. */
  grant(request: FastifyRequest, reply: FastifyReply, userId: string): Promise<string>;
  /** Answers where the browser goes on. Null: the person says no. */
  finish(
    request: FastifyRequest,
    reply: FastifyReply,
    allowed: { userId: string; grantId: string } | null,
  ): Promise<string>;
}

interface AskedFor {
  /** The MCP address that the tokens will be good for, as a path; null: any of this server. */
  audience: string | null;
  /** The scopes that the client names. */
  asked: readonly string[];
}

const address = '/oauth/consent/:uid';

export function mountConsent(app: FastifyInstance, deps: PageDeps): void {
  const { consents } = deps;

  async function factsOf(request: FastifyRequest, reply: FastifyReply) {
    const pending = await consents.pending(request, reply);
    const ask = { name: 'workspaces.mine', workspace: null, input: () => ({}) };
    const mine = (await deps.invoke(request, reply, ask)) as {
      email: string;
      workspaces: OwnWorkspace[];
    };
    const { workspace, asked } = pending;
    const { mode } = scopePicker.choiceOf({ scopes: asked, readOnly: false });
    return {
      ...pending,
      email: mine.email,
      workspaces: mine.workspaces.filter(({ id }) => workspace === null || id === workspace),
      access: mode === 'favorites' ? mode : 'all',
    };
  }

  async function allow(
    request: FastifyRequest,
    reply: FastifyReply,
    userId: string,
  ): Promise<{ userId: string; grantId: string }> {
    const form = deps.formOf(request);
    const facts = await factsOf(request, reply);
    const mode = scopePicker.modes.find((known) => known === form['access']);
    if (!mode) throw new AppError('invalid_input', 'Choose what the client may do.');
    const access = scopePicker.reachOf({ mode });
    const chosen = form['workspace'] ?? '';
    const isAll = chosen === '*' && facts.workspace === null;
    if (!isAll && !facts.workspaces.some(({ id }) => id === chosen)) {
      throw new AppError('invalid_input', 'Choose one of your workspaces.');
    }
    const grantId = await consents.grant(request, reply, userId);
    const { clientId, clientName, audience } = facts;
    const workspace = isAll ? null : chosen;
    const input = () => ({ grantId, clientId, clientName, workspace, ...access, audience });
    await deps.invoke(request, reply, { name: 'connections.allow', workspace: null, input });
    return { userId, grantId };
  }

  app.get(address, async (request, reply) => {
    await consents.pending(request, reply);
    if ((await deps.visitorId(request)) === undefined) {
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    return sendPage(reply, consentPage(await factsOf(request, reply)));
  });

  app.post(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    await consents.pending(request, reply);
    const userId = await deps.visitorId(request);
    if (userId === undefined) {
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
    const isAllowed = deps.formOf(request)['decision'] === 'allow';
    const allowed = isAllowed ? await allow(request, reply, userId) : null;
    return reply.redirect(await consents.finish(request, reply, allowed), 303);
  });
}
