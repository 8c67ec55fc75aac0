// millrace queues
import { tookText } from '../format.ts';
import { type Command, exitCodes } from '../command.ts';
import type { Column } from '../table.ts';
import { printRows } from './output.ts';

interface QueueView {
  tag: string;
  waiting: number;
  scheduled: number;
  running: number;
  workers: number;
  waitedSecs: number | null;
}

/** Jobs wait, and nobody will ever take them. */
const isStuck = (queue: QueueView): boolean => queue.workers === 0 && queue.waiting > 0;

const columns: readonly Column<QueueView>[] = [
  { title: 'TAG', text: (queue) => queue.tag },
  {
    title: 'WAITING',
    text: (queue) => String(queue.waiting),
    align: 'right',
    colour: (queue) => (isStuck(queue) ? 'red' : undefined),
  },
  { title: 'LONGEST', text: ({ waitedSecs }) => waitedText(waitedSecs), align: 'right' },
  { title: 'SCHEDULED', text: (queue) => String(queue.scheduled), align: 'right' },
  { title: 'RUNNING', text: (queue) => String(queue.running), align: 'right' },
  {
    title: 'WORKERS',
    text: (queue) => (isStuck(queue) ? 'none serves it' : String(queue.workers)),
    align: 'right',
  },
];

function waitedText(seconds: number | null): string {
  return seconds === null ? '' : tookText(seconds * 1000);
}

export const queues: Command = {
  name: 'queues',
  summary: 'Count what waits and runs for each tag.',
  takes: '',
  options: {},
  notes: ['Why one job waits: millrace job get ID'],
  examples: ['millrace queues'],
  talks: true,
  async run(context, given) {
    const rows = await context.client().call<QueueView[]>('workers.queues', {});
    const page = { page: 1, perPage: Number.POSITIVE_INFINITY };
    printRows(context, given, { rows, columns, empty: 'No queues and no workers.', page });
    return exitCodes.ok;
  },
};
