// The address of approvals. Who has the link may see the page; who may answer, the door decides.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { answeredPage, type ApprovalFacts, approvalPage, suggestedOf } from './approval.ts';
import type { PageDeps } from './routes.ts';
import { schemaValues } from './schema-form.ts';
import { sendPage } from './send.ts';

interface Route {
  Params: { workspace: string; job: string; resumeId: string; signature: string };
  Querystring: { approver?: unknown };
}

const address = '/approve/:workspace/:job/:resumeId/:signature';

function linkOf({ params, query }: FastifyRequest<Route>) {
  const { job, resumeId, signature } = params;
  const { approver } = query;
  const named = typeof approver === 'string' ? { approver } : {};
  return { job, resumeId: Number(resumeId), signature, ...named };
}

export function mountApprovals(app: FastifyInstance, deps: PageDeps): void {
  app.addHook('onRequest', async (request, reply) => {
    // The address is the right to answer: no page may be told where its visitor came from.
    if (request.routeOptions.url === address) void reply.header('referrer-policy', 'no-referrer');
  });

  function show(request: FastifyRequest<Route>, reply: FastifyReply): Promise<ApprovalFacts> {
    const { workspace } = request.params;
    const ask = { name: 'approvals.show', workspace, input: () => linkOf(request) };
    return deps.invoke(request, reply, ask) as Promise<ApprovalFacts>;
  }

  app.get<Route>(address, async (request, reply) => {
    const approval = await show(request, reply);
    return sendPage(reply, approvalPage(approval, { address: request.url }));
  });

  app.post<Route>(address, async (request, reply) => {
    deps.checkSameOrigin(request);
    const approval = await show(request, reply);
    const form = deps.formOf(request);
    const approved = form['decision'] === 'approve';
    try {
      if (!approved && form['decision'] !== 'deny') {
        throw new AppError('invalid_input', 'Say whether you approve or deny.');
      }
      const { formSchema } = approval;
      const payload = approved ? schemaValues(formSchema, suggestedOf(approval), form) : {};
      await deps.invoke(request, reply, {
        name: 'approvals.answer',
        workspace: request.params.workspace,
        input: () => ({ ...linkOf(request), approved, payload }),
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      const shown = { address: request.url, sent: form, problem: error };
      return sendPage(reply, approvalPage(approval, shown), error.status);
    }
    return sendPage(reply, answeredPage(approved));
  });
}
