// The address of the consent page. Only the browser in which the authorization began sees it (a
// cookie of the authorization server), and only somebody who is logged in may answer.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { scopePicker } from '../../operation/index.ts';
import { type ConsentFacts, consentPage } from './consent.ts';
import type { Problem } from './fields.ts';
import { pickerFacts } from './previews.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';
import { choiceFrom, type ToolChoice } from './tool-picker.ts';
import { toLogin, type Visitor, visitorOf } from './visitor.ts';

/** Port: the consents that clients ask for, which the authorization server keeps. */
export interface Consents {
  /** Throws `gone` when it is over, or was begun in another browser. */
  pending(request: FastifyRequest, reply: FastifyReply): Promise<Pending>;
  /** Makes the consent of the person, to be stored; answers its id. */
  grant(request: FastifyRequest, reply: FastifyReply, userId: string): Promise<string>;
  /** Answers where the browser goes on. Null: the person says no. */
  finish(
    request: FastifyRequest,
    reply: FastifyReply,
    allowed: { userId: string; grantId: string } | null,
  ): Promise<string>;
}

interface Pending extends ConsentFacts {
  /** The MCP address that the tokens will be good for, as a path; null: any of this server. */
  audience: string | null;
  /** The scopes that the client names. */
  asked: readonly string[];
}

/** A request of a visitor, and what is asked of them. */
interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  pending: Pending;
  visitor: Visitor;
}

interface Chosen {
  workspace: string;
  choice: ToolChoice;
}

const address = '/oauth/consent/:uid';

/** The choice of the workspaces that the address leaves. */
function within(visitor: Visitor, { workspace }: Pending): Visitor {
  const workspaces = visitor.workspaces.filter(({ id }) => workspace === null || id === workspace);
  return { ...visitor, workspaces };
}

/**
 * Clients ask for mcp:all by themselves. One that was told to ask for more names besides what it
 * has and what it needs: that is what the page begins with, or a narrow consent would grow to all.
 */
function asksFor(asked: readonly string[]): string[] {
  const lists = asked.some((scope) => /^mcp:(?:scripts|flows|endpoints):/.test(scope));
  return asked.filter((scope) => !(lists && (scope === 'mcp:all' || scope === 'mcp')));
}

function firstChoice({ pending, visitor }: Asked): Chosen {
  const choice = scopePicker.choiceOf({ scopes: asksFor(pending.asked), readOnly: false });
  return { workspace: visitor.workspaces[0]?.id ?? '', choice };
}

/** Throws `invalid_input` for a workspace that is not offered. */
function checkOffered(workspace: string, { pending, visitor }: Asked): void {
  const isAll = workspace === '*' && pending.workspace === null;
  if (isAll || visitor.workspaces.some(({ id }) => id === workspace)) return;
  throw new AppError('invalid_input', 'Choose one of your workspaces.');
}

export function mountConsent(app: FastifyInstance, deps: PageDeps): void {
  const { consents } = deps;

  async function show(
    asked: Asked,
    { workspace, choice }: Chosen,
    { problem, strict = false }: { problem?: Problem; strict?: boolean } = {},
  ): Promise<FastifyReply> {
    const { request, reply, pending, visitor } = asked;
    const workspaces = visitor.workspaces.filter(({ id }) => workspace === '*' || id === workspace);
    const { others } = firstChoice(asked).choice;
    const chooser = { request, reply, workspaces };
    const picker = await pickerFacts(deps, chooser, { choice, others, strict });
    const shown = { visitor, workspace, picker };
    const page = consentPage(pending, {
      address: request.url,
      choice: shown,
      ...(problem ? { problem } : {}),
    });
    return sendPage(reply, page, problem ? 400 : 200);
  }

  async function allow({ request, reply, pending }: Asked, chosen: Chosen): Promise<string> {
    const reach = scopePicker.reachOf(chosen.choice);
    const userId = await deps.visitorId(request);
    if (userId === undefined) throw new AppError('unauthenticated', 'Log in first.');
    const grantId = await consents.grant(request, reply, userId);
    const { clientId, clientName, audience } = pending;
    const workspace = chosen.workspace === '*' ? null : chosen.workspace;
    const input = () => ({ grantId, clientId, clientName, workspace, ...reach, audience });
    await deps.invoke(request, reply, { name: 'connections.allow', workspace: null, input });
    return consents.finish(request, reply, { userId, grantId });
  }

  app.get(address, async (request, reply) => {
    const pending = await consents.pending(request, reply);
    const found = await visitorOf(request, reply, deps);
    if (!found) return toLogin(reply, request.url);
    const asked = { request, reply, pending, visitor: within(found, pending) };
    return show(asked, firstChoice(asked));
  });

  app.post(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const pending = await consents.pending(request, reply);
    const found = await visitorOf(request, reply, deps);
    if (!found) return toLogin(reply, request.url);
    const form = deps.formOf(request);
    const { decision } = form;
    if (decision !== 'allow' && decision !== 'preview') {
      return reply.redirect(await consents.finish(request, reply, null), 303);
    }
    const asked = { request, reply, pending, visitor: within(found, pending) };
    let chosen = firstChoice(asked);
    try {
      chosen = { ...chosen, choice: choiceFrom(form) };
      const { workspace = '' } = form;
      checkOffered(workspace, asked);
      chosen = { ...chosen, workspace };
      if (decision === 'preview') return await show(asked, chosen, { strict: true });
      return await reply.redirect(await allow(asked, chosen), 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      return show(asked, chosen, { problem: error });
    }
  });
}
