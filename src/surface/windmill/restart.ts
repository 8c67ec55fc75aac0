// `/api/w/{ws}/jobs/*`: flows again from one of their steps, and jobs before their time.
import { AppError } from '../../base/index.ts';
import { filled } from './fields.ts';
import { post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const idText = text(({ id }: { id: string }) => id, 201);

function restartPoint(request: WireRequest): Record<string, unknown> {
  const fields = request.fields();
  const nested = fields['nested_path'];
  if (Array.isArray(nested) && nested.length > 0) {
    throw new AppError('not_implemented', 'A flow cannot be restarted inside a loop or branch.', {
      hint: 'Leave nested_path out: restart at the loop or branch, with branch_or_iteration_n.',
    });
  }
  return {
    id: request.param('id'),
    ...filled({
      stepId: fields['step_id'],
      index: fields['branch_or_iteration_n'],
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
