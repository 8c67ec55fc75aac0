// millrace token delete
import { type Command, exitCodes, word } from '../command.ts';
import { emailOption, loggedIn } from './login.ts';
import { jsonText } from './output.ts';

export const tokenDelete: Command = {
  name: 'token delete',
  summary: 'Delete a token; it stops working at once.',
  takes: 'PREFIX',
  options: { email: emailOption },
  examples: ['millrace token delete a1B2c3D4e5'],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    const prefix = word(given);
    await loggedIn(context, given, (client) => client.call('tokens.delete', { prefix }));
    out.write(given.flag('json') ? jsonText({ prefix }) : `deleted  ${prefix}\n`);
    return exitCodes.ok;
  },
};

/** The word that others use. */
export const tokenRevoke: Command = {
  ...tokenDelete,
  name: 'token revoke',
  summary: 'The same as token delete.',
  examples: ['millrace token revoke a1B2c3D4e5'],
};
