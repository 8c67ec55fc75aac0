// millrace job logs
import { type Command, exitCodes, word } from '../command.ts';
import { logWriter, watchJob } from '../watch.ts';
import { jsonText } from './output.ts';

export const jobLogs: Command = {
  name: 'job logs',
  summary: 'Print what a job wrote.',
  takes: 'ID',
  options: { follow: { type: 'flag', short: 'f', says: 'go on until the job is completed' } },
  examples: ['millrace job logs 0197a6c2-6f0e-7c1b-9f55-3d1c6f2b8a10 --follow'],
  notes: ['With --follow, Ctrl-C stops looking; the job goes on.'],
  talks: true,
  async run(context, given) {
    const { out, err } = context.terminal;
    const id = word(given);
    if (given.flag('follow')) {
      await watchJob(context, { id, logs: 'out', signal: context.interrupted() });
      return exitCodes.ok;
    }
    const answer = await context
      .client()
      .call<{ logs: string; offset: number }>('jobs.logs', { id });
    if (given.flag('json')) {
      out.write(jsonText(answer));
      return exitCodes.ok;
    }
    if (answer.logs === '') err.write('No logs.\n');
    const logs = logWriter((text) => out.write(text), out.columns !== undefined);
    logs.write(answer.logs);
    if (out.columns !== undefined) logs.end();
    return exitCodes.ok;
  },
};
