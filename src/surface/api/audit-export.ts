// The rows of service calls as a file: `GET /api/services/audit/export?workspace=…&format=csv`.
// The operation lets or refuses, and its audit row is that of the export; then rows are streamed.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Exported, ExportWanted } from '../../gateway/index.ts';
import { type ApiDeps, workspaceOf } from './routes.ts';

export interface ExportDeps extends Pick<ApiDeps, 'invoke'> {
  exported: (workspace: string, wanted: ExportWanted) => Exported;
}

/** As the operation takes it; what is no number is left for it to refuse. */
function inputOf(asked: Record<string, unknown>): unknown {
  const query = Object.fromEntries(Object.entries(asked).filter(([name]) => name !== 'workspace'));
  const numbers = ['after', 'before'].filter((name) => /^\d{1,16}$/.test(String(query[name])));
  return { ...query, ...Object.fromEntries(numbers.map((name) => [name, Number(query[name])])) };
}

/** The route as a Fastify plugin; the scope around it answers errors. */
export function auditExportRoutes({ invoke, exported }: ExportDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    app.get('/api/services/audit/export', async (request, reply) => {
      const workspace = workspaceOf(request.query);
      const wanted = (await invoke(request, reply, {
        place: 'rest',
        surface: 'rest',
        workspace,
        name: 'serviceAudit.export',
        input: () => inputOf(request.query as Record<string, unknown>),
      })) as ExportWanted;
      const { contentType, text } = exported(workspace ?? '', wanted);
      return reply
        .type(contentType)
        .header('content-disposition', `attachment; filename="service-calls.${wanted.format}"`)
        .send(Readable.from(text));
    });
  };
}
