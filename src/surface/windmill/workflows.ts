// `/api/w/{ws}/jobs/wac/*`: what workflows as code note while they run.
import { json, post, type Row, text } from './table.ts';

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
  // The OpenAPI document says it without `run`, the client asks for it with.
  ...['run/workflow_as_code', 'workflow_as_code'].map((path) =>
    post({
      path: `w/:workspace/jobs/${path}/:id/:name`,
      operation: 'workflows.runFunction',
      input: (request) => ({
        job: request.param('id'),
        name: request.param('name'),
        args: request.fields()['args'] ?? {},
      }),
      answer: text(({ id }: { id: string }) => id, 201),
    }),
  ),
];
