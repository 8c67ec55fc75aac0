// The address of the visitor's tokens: the list, making one, ending one. A secret is in the answer
// to the form that made it and nowhere else.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { scopePicker } from '../../operation/index.ts';
import type { Problem } from './fields.ts';
import { pickerFacts } from './previews.ts';
import type { PageDeps } from './routes.ts';
import { sendPage } from './send.ts';
import { choiceFrom } from './tool-picker.ts';
import { madePage, type MadeToken, type TokenForm, type TokenRow, tokensPage } from './tokens.ts';
import { toLogin, type Visitor, visitorOf } from './visitor.ts';

const address = '/tokens';

const dayMs = 24 * 60 * 60 * 1000;

/** More than a person has. */
const perPage = 100;

interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  visitor: Visitor;
}

function firstForm({ workspaces }: Visitor): TokenForm {
  const choice = scopePicker.choiceOf({ scopes: [], readOnly: false });
  return { label: '', workspace: workspaces[0]?.id ?? '*', days: '90', isFull: false, choice };
}

/** What was sent, as far as it can be understood, to be shown again or made. */
function sentForm(form: Readonly<Record<string, string>>, visitor: Visitor): TokenForm {
  const first = firstForm(visitor);
  const { label = '', workspace = first.workspace, days = first.days } = form;
  const isFull = form['access'] === 'full';
  const choice = choiceFrom(isFull ? { ...form, access: first.choice.mode } : form);
  return { label, workspace, days, isFull, choice };
}

/** ISO 8601; null: never. */
function expirationOf(days: string, now: number): string | null {
  if (days === 'never') return null;
  const count = Number(days);
  if (!/^\d{1,4}$/.test(days) || count < 1) {
    throw new AppError('invalid_input', 'Choose when the token ends.');
  }
  return new Date(now + count * dayMs).toISOString();
}

export function mountTokens(app: FastifyInstance, deps: PageDeps): void {
  async function listOf({ request, reply }: Omit<Asked, 'visitor'>): Promise<TokenRow[]> {
    const ask = { name: 'tokens.list', workspace: null, input: () => ({ perPage }) };
    return (await deps.invoke(request, reply, ask)) as TokenRow[];
  }

  async function show(
    { request, reply, visitor }: Asked,
    form: TokenForm,
    { problem, strict = false }: { problem?: Problem; strict?: boolean } = {},
  ): Promise<FastifyReply> {
    const tokens = await listOf({ request, reply });
    const asked = { name: 'tokens.urlTokens', workspace: null, input: () => ({}) };
    const { allowed } = (await deps.invoke(request, reply, asked)) as { allowed: boolean };
    const { workspace, choice } = form;
    const workspaces = visitor.workspaces.filter(({ id }) => workspace === '*' || id === workspace);
    const chooser = { request, reply, workspaces };
    const picker = await pickerFacts(deps, chooser, { choice, others: choice.others, strict });
    const shown = { visitor, tokens, form, picker, urlTokens: allowed, now: deps.now(), problem };
    const page = tokensPage(shown);
    return sendPage(reply, page, problem ? 400 : 200);
  }

  const sendMade = ({ reply, visitor }: Asked, made: MadeToken): FastifyReply =>
    sendPage(reply, madePage({ visitor, origin: deps.origin(), made }));

  async function make(asked: Asked, form: TokenForm, inUrl: boolean): Promise<FastifyReply> {
    const { request, reply } = asked;
    const { workspace, isFull, choice } = form;
    const label = form.label.trim();
    const input = () => ({
      ...(label === '' ? {} : { label }),
      ...(workspace === '*' ? {} : { workspaceId: workspace }),
      ...(isFull ? { readOnly: choice.readOnly } : scopePicker.reachOf(choice)),
      expiration: expirationOf(form.days, deps.now()),
      inUrl,
    });
    const ask = { name: 'tokens.create', workspace: null, input };
    const { token } = (await deps.invoke(request, reply, ask)) as { token: string };
    const kind = inUrl ? 'url' : isFull ? 'full' : 'header';
    return sendMade(asked, { token, workspace: workspace === '*' ? null : workspace, kind });
  }

  async function rotate(asked: Asked, prefix: string): Promise<FastifyReply> {
    const { request, reply } = asked;
    const old = (await listOf(asked)).find(({ tokenPrefix }) => tokenPrefix === prefix);
    const ask = { name: 'tokens.rotate', workspace: null, input: () => ({ prefix }) };
    const { token } = (await deps.invoke(request, reply, ask)) as { token: string };
    const forMcp = old?.scopes?.some((scope) => scope.startsWith('mcp:')) ?? false;
    const kind = old?.inUrl ? 'url' : forMcp ? 'header' : 'full';
    return sendMade(asked, { token, workspace: old?.workspaceId ?? null, kind });
  }

  app.get(address, async (request, reply) => {
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, address);
    return show({ request, reply, visitor }, firstForm(visitor));
  });

  app.post(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) return toLogin(reply, address);
    const asked = { request, reply, visitor };
    const sent = deps.formOf(request);
    const { revoke: prefix, rotate: old, decision } = sent;
    if (old !== undefined) return rotate(asked, old);
    if (prefix !== undefined) {
      const ask = { name: 'tokens.delete', workspace: null, input: () => ({ prefix }) };
      await deps.invoke(request, reply, ask);
      return reply.redirect(address, 303);
    }
    let form = firstForm(visitor);
    try {
      form = sentForm(sent, visitor);
      if (decision === 'make' || decision === 'url') {
        return await make(asked, form, decision === 'url');
      }
      return await show(asked, form, { strict: true });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      return show(asked, form, { problem: error });
    }
  });
}
