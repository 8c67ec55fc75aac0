// millrace job cancel
import { type Command, exitCodes, word } from '../command.ts';
import { jsonText } from './output.ts';

export const jobCancel: Command = {
  name: 'job cancel',
  summary: 'Cancel a waiting or running job.',
  takes: 'ID',
  options: {
    reason: { type: 'text', value: 'TEXT', says: 'shown in the job' },
    force: { type: 'flag', says: 'end it even if its worker does not answer' },
  },
  examples: ['millrace job cancel 0197a6c2-6f0e-7c1b-9f55-3d1c6f2b8a10 --reason "wrong input"'],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    const answer = await context.client().call<{ id: string; state: string }>('jobs.cancel', {
      id: word(given),
      reason: given.text('reason') ?? '',
      force: given.flag('force'),
    });
    const said = answer.state === 'canceling' ? 'canceling, its worker was told' : answer.state;
    out.write(given.flag('json') ? jsonText(answer) : `${said}  ${answer.id}\n`);
    return exitCodes.ok;
  },
};
