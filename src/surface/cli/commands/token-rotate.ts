// millrace token rotate
import { type Command, exitCodes, usageError, word } from '../command.ts';
import { spanMs } from '../format.ts';
import { emailOption, loggedIn } from './login.ts';
import { jsonText } from './output.ts';

interface Rotated {
  token: string;
  prefix: string;
  oldEndsAt: number;
}

function graceOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = spanMs(text);
  if (ms !== undefined && ms >= 0) return ms;
  throw usageError(`--grace does not understand "${text}".`, 'Give a span: 10m, 12h, 7d.');
}

export const tokenRotate: Command = {
  name: 'token rotate',
  summary: 'Give a token a new secret, with the same rights.',
  takes: 'PREFIX',
  options: {
    grace: { type: 'text', value: 'SPAN', says: 'how long the old one still works; not at all' },
    email: emailOption,
  },
  examples: ['millrace token rotate a1B2c3D4e5', 'millrace token rotate a1B2c3D4e5 --grace 1d'],
  talks: true,
  async run(context, given) {
    const { out, err } = context.terminal;
    const input = { prefix: word(given), graceMs: graceOf(given.text('grace')) };
    const made = await loggedIn(context, given, (client) =>
      client.call<Rotated>('tokens.rotate', input),
    );
    out.write(given.flag('json') ? jsonText(made) : `${made.token}\n`);
    if (!given.flag('json')) {
      err.write(`The old one works until ${new Date(made.oldEndsAt).toISOString()}.\n`);
    }
    return exitCodes.ok;
  },
};
