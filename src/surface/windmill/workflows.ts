// `/api/w/{ws}/jobs/wac/*`: what workflows as code note while they run.
import { json, post, type Row } from './table.ts';

export const workflowRows: readonly Row[] = [
  post({
    path: 'w/:workspace/jobs/wac/inline_checkpoint/:id',
    operation: 'workflows.checkpoint',
    input: (request) => {
      const { key, result, duration_ms: durationMs } = request.fields();
      return { id: request.param('id'), key, result, durationMs: durationMs ?? 0 };
    },
    answer: json(),
  }),
];
