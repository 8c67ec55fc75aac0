// millrace templates list
import { type Command, exitCodes } from '../command.ts';
import { templates } from '../templates/index.ts';
import { jsonText } from './output.ts';

export const templatesList: Command = {
  name: 'templates list',
  summary: 'List the templates that can be added.',
  takes: '',
  options: { json: { type: 'flag', says: 'print JSON' } },
  examples: ['millrace templates list'],
  talks: false,
  async run({ terminal: { out } }, given) {
    const rows = templates.map(({ name, summary }) => ({ name, summary }));
    if (given.flag('json')) out.write(jsonText(rows));
    else for (const { name, summary } of rows) out.write(`${name}  ${out.paint('dim', summary)}\n`);
    return exitCodes.ok;
  },
};
