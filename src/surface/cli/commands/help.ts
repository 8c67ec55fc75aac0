// millrace help
import { type Command, exitCodes } from '../command.ts';
import { helpText } from '../help.ts';

/** It shows the others, so it is made with their list. */
export const help = (commands: () => readonly Command[]): Command => ({
  name: 'help',
  summary: 'Show this page, or the help of a command.',
  takes: '[COMMAND…]',
  options: {},
  examples: ['millrace help', 'millrace help script run'],
  talks: false,
  async run(context, given) {
    const { out } = context.terminal;
    out.write(helpText(given.words, commands(), out));
    return exitCodes.ok;
  },
});
