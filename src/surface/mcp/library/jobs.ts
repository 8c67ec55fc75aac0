// Logs and results of jobs as resources: `millrace://jobs/<id>/logs`. Every job can be read; lists
// show the runs that failed last, because those are what people look into.
import { textOf } from '../results.ts';
import type { Asked, ResourceEntry, TemplateEntry } from './library.ts';
import type { Reading } from './reading.ts';
import type { Shelf } from './shelf.ts';

const listed = 10;
const completed = 50;

export interface JobRow {
  id: string;
  scriptPath: string | null;
  completedAt: number | null;
}

export const jobUri = (id: string, part: 'logs' | 'result'): string =>
  `millrace://jobs/${id}/${part}`;

/** Runs that failed, the last one first; steps of flows are their flow's business. */
async function failedRuns(
  reading: Reading,
  asked: Asked,
  limit: number,
): Promise<readonly JobRow[]> {
  if (!reading.may(asked.call.caller, 'jobs.list')) return [];
  const input = { status: 'failure', hasNullParent: true, perPage: limit };
  return (await reading.invoke(asked, 'jobs.list', input)) as JobRow[];
}

/** Ids of failed runs that begin so, or whose path does. */
export async function completeFailed(
  reading: Reading,
  asked: Asked,
  value: string,
): Promise<string[]> {
  const rows = await failedRuns(reading, asked, completed);
  const fits = rows.filter(
    ({ id, scriptPath }) => id.startsWith(value) || scriptPath?.startsWith(value),
  );
  return fits.map(({ id }) => id);
}

const templates: TemplateEntry[] = [
  {
    uriTemplate: 'millrace://jobs/{id}/logs',
    name: 'job logs',
    title: 'Logs of a job',
    description: 'What a job printed, also while it runs.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'millrace://jobs/{id}/result',
    name: 'job result',
    title: 'Result of a job',
    description: 'What a job that is over returned, or its error.',
    mimeType: 'application/json',
  },
];

function entryOf({ id, scriptPath, completedAt }: JobRow): ResourceEntry {
  const what = scriptPath ?? 'a preview';
  const at = completedAt === null ? '' : ` at ${new Date(completedAt).toISOString()}`;
  return {
    uri: jobUri(id, 'logs'),
    name: `logs of job ${id}`,
    title: `Failed: ${what}`,
    description: `What the run of ${what} printed that failed${at}.`,
    mimeType: 'text/plain',
  };
}

export function jobShelf(reading: Reading): Shelf {
  return {
    host: 'jobs',
    templates,
    openTo: ({ call }) => reading.may(call.caller, 'jobs.get', { kind: 'jobs', path: '*' }),
    entries: async (asked) => (await failedRuns(reading, asked, listed)).map(entryOf),
    async read(asked, { rest, offset }) {
      const [id = '', part, ...more] = rest.split('/');
      if (more.length > 0) return undefined;
      if (part === 'logs') {
        const output = await reading.invoke(asked, 'jobs.logs', { id, offset });
        const { logs } = output as { logs: string };
        return { mimeType: 'text/plain', text: logs, from: offset };
      }
      if (part !== 'result') return undefined;
      const input = { id, noLogs: true, noCode: true };
      const job = (await reading.invoke(asked, 'jobs.get', input)) as {
        type: string;
        result: unknown;
      };
      if (job.type !== 'CompletedJob') return undefined;
      const { result } =
        job.result === 'WINDMILL_TOO_BIG'
          ? { result: await reading.invoke(asked, 'jobs.result', { id }) }
          : job;
      const text = typeof result === 'string' ? JSON.stringify(result) : textOf(result);
      return { mimeType: 'application/json', text };
    },
    async jobOf(asked, { rest }) {
      const [id = '', part = '', ...more] = rest.split('/');
      if (more.length > 0 || !['logs', 'result'].includes(part)) return undefined;
      await reading.invoke(asked, 'jobs.get', { id, noLogs: true, noCode: true });
      return id;
    },
    async complete(asked, { argument, value }) {
      return argument === 'id' ? completeFailed(reading, asked, value) : [];
    },
  };
}
