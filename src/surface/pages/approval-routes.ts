// The address of approvals. Who has the link may see the page; who may answer, the door decides.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { answeredPage, type ApprovalFacts, approvalPage, suggestedOf } from './approval.ts';
import type { PageDeps } from './routes.ts';
import { schemaValues } from './schema-form.ts';
import { sendPage } from './send.ts';

interface Route {
  Params: { workspace: string; job: string; resumeId: string; signature: string };
  Querystring: { approver?: unknown; payload?: unknown };
}

const address = '/approve/:workspace/:job/:resumeId/:signature';

function linkOf({ params, query }: FastifyRequest<Route>) {
  const { job, resumeId, signature } = params;
  const { approver } = query;
  const named = typeof approver === 'string' ? { approver } : {};
  return { job, resumeId: Number(resumeId), signature, ...named };
}

/** What a link says for who answers with it: base64 of JSON. */
function payloadOf({ query: { payload } }: FastifyRequest<Route>): unknown {
  if (typeof payload !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(payload.replaceAll(' ', '+'), 'base64').toString('utf8'));
  } catch {
    throw new AppError('invalid_input', 'The payload of this link is not base64 of JSON.');
  }
}

export function mountApprovals(app: FastifyInstance, deps: PageDeps): void {
  function show(request: FastifyRequest<Route>, reply: FastifyReply): Promise<ApprovalFacts> {
    const { workspace } = request.params;
    const ask = { name: 'approvals.show', workspace, input: () => linkOf(request) };
    return deps.invoke(request, reply, ask) as Promise<ApprovalFacts>;
  }

  app.get<Route>(address, async (request, reply) => {
    const approval = await show(request, reply);
    const payload = payloadOf(request);
    return sendPage(reply, approvalPage(approval, { address: request.url, payload }));
  });

  app.post<Route>(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const approval = await show(request, reply);
    const form = deps.formOf(request);
    const linked = payloadOf(request);
    const approved = form['decision'] === 'approve';
    try {
      if (!approved && form['decision'] !== 'deny') {
        throw new AppError('invalid_input', 'Say whether you approve or deny.');
      }
      const { formSchema } = approval;
      const suggested = suggestedOf(approval, linked);
      const values = formSchema === null && linked !== undefined ? linked : undefined;
      const payload = approved ? (values ?? schemaValues(formSchema, suggested, form)) : {};
      await deps.invoke(request, reply, {
        name: 'approvals.answer',
        workspace: request.params.workspace,
        input: () => ({ ...linkOf(request), approved, payload }),
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      const shown = { address: request.url, sent: form, problem: error, payload: linked };
      return sendPage(reply, approvalPage(approval, shown), error.status);
    }
    return sendPage(reply, answeredPage(approved));
  });
}
