// millrace workers logs
import { type Command, exitCodes } from '../command.ts';
import { countOf } from '../numbers.ts';
import { jsonText } from './output.ts';

interface LogLine {
  at: number;
  level: string;
  message: string;
  worker: string;
  fields: Record<string, unknown>;
}

/** One line of a terminal: when, how bad, who, what. */
function lineText({ at, level, message, worker, fields }: LogLine): string {
  const more = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  return `${new Date(at).toISOString()} ${level.padEnd(5)} ${worker}  ${message}${more}\n`;
}

export const workerLogs: Command = {
  name: 'workers logs',
  summary: 'Print what servers and workers logged last.',
  takes: '',
  options: {
    worker: {
      type: 'text',
      value: 'NAME',
      says: 'only of this one; names: millrace op workers.list',
    },
    level: {
      type: 'text',
      value: 'LEVEL',
      says: 'the least that is shown: debug, info, warn or error',
    },
    contains: { type: 'text', value: 'TEXT', says: 'only lines with this text' },
    limit: { type: 'text', value: 'N', says: 'lines; 100 unless given' },
  },
  examples: ['millrace workers logs --level warn'],
  talks: true,
  async run(context, given) {
    const { out, err } = context.terminal;
    const named = ['worker', 'level', 'contains']
      .map((name) => [name, given.text(name)] as const)
      .filter(([, value]) => value !== undefined);
    const asked = { ...Object.fromEntries(named), limit: countOf(given, 'limit', 100) };
    const lines = await context.client().call<LogLine[]>('workers.logs', asked);
    if (given.flag('json')) out.write(jsonText(lines));
    else if (lines.length === 0) err.write('No lines.\n');
    else out.write(lines.toReversed().map(lineText).join(''));
    return exitCodes.ok;
  },
};
