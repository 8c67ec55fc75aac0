// millrace token create
import { systemClock } from '../../../base/index.ts';
import { type Command, type Context, exitCodes, type Given } from '../command.ts';
import { expiryOf } from '../numbers.ts';
import { emailOption, loggedIn } from './login.ts';
import { jsonText } from './output.ts';

interface Made {
  token: string;
  prefix: string;
  expiresAt: number | null;
}

function listOf(given: Given): string[] {
  return given
    .list('scopes')
    .flatMap((text) => text.split(/[\s,]+(?=[a-z_]+:|mcp\b)|\s+/))
    .filter((scope) => scope !== '');
}

/** The line that connects a client; the token itself only where a person reads it. */
function explain(context: Context, made: Made, scopes: readonly string[]): void {
  if (made.expiresAt !== null) {
    const until = new Date(made.expiresAt).toISOString().slice(0, 10);
    context.terminal.err.write(`It works until ${until}.\n`);
  }
  const { out, err } = context.terminal;
  const { url, workspace } = context.config();
  const forModels = scopes.some((scope) => scope === 'mcp' || scope.startsWith('mcp:'));
  const shown = out.columns === undefined ? '<token>' : made.token;
  err.write(`${err.paint('dim', 'This is the only time that it is shown.')}\n`);
  if (!forModels) {
    err.write('\nUse it here:\n  export MILLRACE_TOKEN=…\n');
    err.write('An MCP client needs another one: millrace token create --scopes mcp:all\n');
    return;
  }
  err.write(
    `\nConnect Claude Code with it:\n  claude mcp add --transport http millrace ` +
      `${url}/api/mcp/w/${workspace}/mcp --header "Authorization: Bearer ${shown}"\n`,
  );
}

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Make a token, for this command or an MCP client.',
  takes: '',
  options: {
    label: { type: 'text', value: 'TEXT', says: 'what it is for' },
    scopes: {
      type: 'list',
      value: 'LIST',
      says: 'what it may do: mcp:all, jobs:run,scripts:read, …; all that you may when absent',
    },
    expires: {
      type: 'text',
      value: 'WHEN',
      says: '90d, 12h, or a date; when absent 90d for mcp: scopes, else never',
    },
    'mcp-url': {
      type: 'flag',
      says: 'print an MCP address that holds the token, for clients that take nothing else',
    },
    'read-only': { type: 'flag', says: 'may change nothing' },
    email: emailOption,
  },
  notes: [
    'The token alone goes to standard output. The password is asked for, or read from ' +
      'MILLRACE_OWNER_PASSWORD.',
  ],
  examples: [
    'export MILLRACE_TOKEN=$(millrace token create --email you@example.com --label laptop)',
    'millrace token create --scopes mcp:all --label claude --expires 90d',
    'millrace token create --mcp-url --scopes mcp:favorites',
  ],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    const inUrl = given.flag('mcp-url');
    const named = listOf(given);
    const scopes = inUrl && named.length === 0 ? ['mcp:all'] : named;
    const label = given.text('label');
    const expires = given.text('expires');
    const input = {
      ...(label === undefined ? {} : { label }),
      ...(expires === undefined ? {} : { expiration: expiryOf(expires, systemClock.now()) }),
      ...(scopes.length === 0 ? {} : { scopes }),
      ...(given.flag('read-only') ? { readOnly: true } : {}),
      ...(inUrl ? { inUrl } : {}),
    };
    const made = await loggedIn(context, given, (client) =>
      client.call<Made>('tokens.create', input),
    );
    if (given.flag('json')) {
      out.write(jsonText(made));
      return exitCodes.ok;
    }
    if (inUrl) {
      const { url, workspace } = context.config();
      out.write(`${url}/api/mcp/w/${workspace}/mcp?token=${made.token}\n`);
      context.terminal.err.write(
        'Whoever has this address has the token: keep it like a password.\n',
      );
      return exitCodes.ok;
    }
    out.write(`${made.token}\n`);
    explain(context, made, scopes);
    return exitCodes.ok;
  },
};
