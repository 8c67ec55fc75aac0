// millrace job list
import { systemClock } from '../../../base/index.ts';
import { type Command, exitCodes, usageError } from '../command.ts';
import { ageText, tookText } from '../format.ts';
import { colourOfState, type JobView, stateOf } from '../jobs.ts';
import type { Column } from '../table.ts';
import { pageOf } from '../numbers.ts';
import { pageOptions, printRows } from './output.ts';

/** What each status asks of the server. */
const statuses: Readonly<Record<string, readonly [string, Record<string, unknown>]>> = {
  queued: ['jobs.listQueue', { running: false }],
  running: ['jobs.listQueue', { running: true }],
  success: ['jobs.listCompleted', { success: true }],
  failure: ['jobs.listCompleted', { success: false }],
};

function nameOf(job: JobView): string {
  return job.scriptPath ?? (job.jobKind === 'preview' ? `(preview, ${job.language})` : '');
}

function columns(nowAt: number): readonly Column<JobView>[] {
  return [
    { title: 'ID', text: (job) => job.id },
    {
      title: 'STATE',
      text: (job) => stateOf(job, nowAt),
      colour: (job) => colourOfState[stateOf(job, nowAt)],
    },
    { title: 'PATH', text: nameOf, cut: 'start', least: 16 },
    {
      title: 'AGE',
      text: (job) => ageText(job.createdAt ?? nowAt, nowAt),
      align: 'right',
      spare: 1,
    },
    {
      title: 'TOOK',
      text: (job) => (typeof job.durationMs === 'number' ? tookText(job.durationMs, '') : ''),
      align: 'right',
      spare: 2,
    },
    { title: 'BY', text: (job) => job.createdBy ?? '', spare: 3, cut: 'end' },
  ];
}

function asked(status: string | undefined): readonly [string, Record<string, unknown>] {
  if (status === undefined) return ['jobs.list', {}];
  const known = Object.hasOwn(statuses, status) ? statuses[status] : undefined;
  if (known) return known;
  throw usageError(
    `--status takes ${Object.keys(statuses).join(', ')}; not "${status}".`,
    status === 'canceled' ? 'Canceled jobs are among those of --status failure.' : undefined,
  );
}

export const jobList: Command = {
  name: 'job list',
  summary: 'List jobs, newest first.',
  takes: '',
  options: {
    status: { type: 'text', value: 'STATUS', says: `only ${Object.keys(statuses).join(', ')}` },
    path: { type: 'text', value: 'PATH', says: 'only of this script; f/team/ for all below' },
    by: { type: 'text', value: 'USERNAME', says: 'only those started by this person' },
    ...pageOptions,
  },
  examples: [
    'millrace job list',
    'millrace job list --status failure --path f/team/',
    `millrace job list --json | jq -r '.[].id'`,
  ],
  talks: true,
  async run(context, given) {
    const page = pageOf(given);
    const [operation, status] = asked(given.text('status'));
    const path = given.text('path')?.replace(/\*$/, '');
    const by = given.text('by');
    const pathFilter = path?.endsWith('/') ? { scriptPathStart: path } : { scriptPathExact: path };
    const rows = await context.client().call<JobView[]>(operation, {
      ...page,
      ...status,
      ...(path === undefined ? {} : pathFilter),
      ...(by === undefined ? {} : { createdBy: by }),
    });
    printRows(context, given, {
      rows,
      columns: columns(systemClock.now()),
      empty: given.text('status') || path || by ? 'No such jobs.' : 'No jobs yet.',
      page,
    });
    return exitCodes.ok;
  },
};
