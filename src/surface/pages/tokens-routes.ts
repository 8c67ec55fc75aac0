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
import { madePage, type TokenForm, type TokenRow, tokensPage } from './tokens.ts';
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

function expirationOf(days: string, now: number): { expiration: string | null } {
  if (days === 'never') return { expiration: null };
  const count = Number(days);
  if (!/^\d{1,4}$/.test(days) || count < 1) {
    throw new AppError('invalid_input', 'Choose when the token ends.');
  }
  return { expiration: new Date(now + count * dayMs).toISOString() };
}

export function mountTokens(app: FastifyInstance, deps: PageDeps): void {
  async function show(
    { request, reply, visitor }: Asked,
    form: TokenForm,
    { problem, strict = false }: { problem?: Problem; strict?: boolean } = {},
  ): Promise<FastifyReply> {
    const ask = { name: 'tokens.list', workspace: null, input: () => ({ perPage }) };
    const tokens = (await deps.invoke(request, reply, ask)) as TokenRow[];
    const { workspace, choice } = form;
    const workspaces = visitor.workspaces.filter(({ id }) => workspace === '*' || id === workspace);
    const chooser = { request, reply, workspaces };
    const picker = await pickerFacts(deps, chooser, { choice, others: choice.others, strict });
    const page = tokensPage({ visitor, tokens, form, picker, now: deps.now(), problem });
    return sendPage(reply, page, problem ? 400 : 200);
  }

  async function make({ request, reply, visitor }: Asked, form: TokenForm): Promise<FastifyReply> {
    const { workspace, isFull, choice } = form;
    const label = form.label.trim();
    const input = () => ({
      ...(label === '' ? {} : { label }),
      ...(workspace === '*' ? {} : { workspaceId: workspace }),
      ...(isFull ? {} : scopePicker.reachOf(choice)),
      ...expirationOf(form.days, deps.now()),
    });
    const ask = { name: 'tokens.create', workspace: null, input };
    const { token } = (await deps.invoke(request, reply, ask)) as { token: string };
    const origin = deps.origin();
    return sendPage(reply, madePage({ visitor, origin, token, form }));
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
    const { revoke: prefix } = sent;
    if (prefix !== undefined) {
      const ask = { name: 'tokens.delete', workspace: null, input: () => ({ prefix }) };
      await deps.invoke(request, reply, ask);
      return reply.redirect(address, 303);
    }
    let form = firstForm(visitor);
    try {
      form = sentForm(sent, visitor);
      if (sent['decision'] === 'make') return await make(asked, form);
      return await show(asked, form, { strict: true });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      return show(asked, form, { problem: error });
    }
  });
}
