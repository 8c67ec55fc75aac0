// `/api/w/{ws}/jobs/*`: flows again from one of their steps, and jobs before their time.
import { filled } from './fields.ts';
import { post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const idText = text(({ id }: { id: string }) => id, 201);

const pointOf = (fields: Record<string, unknown>): Record<string, unknown> =>
  filled({ stepId: fields['step_id'], index: fields['branch_or_iteration_n'] });

function restartPoint(request: WireRequest): Record<string, unknown> {
  const fields = request.fields();
  const nested = fields['nested_path'];
  return {
    id: request.param('id'),
    ...pointOf(fields),
    ...filled({
      nested: Array.isArray(nested)
        ? nested.map((point) => pointOf((point ?? {}) as Record<string, unknown>))
        : nested,
      flowVersion: fields['flow_version'],
    }),
  };
}

export const restartRows: readonly Row[] = [
  post({
    path: 'w/:workspace/jobs/restart/f/:id',
    operation: 'jobs.restartFlow',
    input: restartPoint,
    answer: idText,
  }),
  post({
    path: 'w/:workspace/jobs/queue/run_now/:id',
    operation: 'jobs.runNow',
    input: (request) => ({ id: request.param('id') }),
    answer: text(({ id }: { id: string }) => id),
  }),
];
