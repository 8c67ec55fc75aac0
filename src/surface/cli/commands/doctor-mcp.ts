// millrace doctor --mcp URL
import { systemClock } from '../../../base/index.ts';
import { type Context, exitCodes, type Given, usageError } from '../command.ts';
import type { State, StepFinding } from '../mcp-steps/index.ts';
import type { Colour } from '../terminal.ts';
import { oneLine } from '../terminal.ts';
import { jsonText } from './output.ts';
import { serverOptions } from './server.ts';

export const mcpOptions = {
  mcp: { type: 'text', value: 'URL', says: 'connect to this MCP address instead, step by step' },
  'no-browser': { type: 'flag', says: 'with --mcp: end where a person would log in' },
} as const;

const colours: Record<State, Colour> = {
  well: 'green',
  notice: 'yellow',
  problem: 'red',
  skipped: 'dim',
};

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    url.hash = '';
    return url;
  }
  // The text is not repeated, because people put passwords into addresses.
  throw usageError(
    '--mcp takes the address that clients are given.',
    'Such as https://millrace.example.com/mcp, without a user name and a password.',
  );
}

/** MILLRACE_TOKEN, where the address is on its own server: it is shown to no other. */
function tokenFor(context: Context, url: URL): string | undefined {
  const { token, url: own } = context.config();
  if (token === undefined || new URL(own).origin === url.origin) return token;
  const { err } = context.terminal;
  const said = 'MILLRACE_TOKEN is not sent there: set MILLRACE_URL to that server if it is its.';
  err.write(`${err.paint('dim', said)}\n`);
  return undefined;
}

function show({ terminal }: Context, { step, state, detail, fix, see }: StepFinding): void {
  const { out } = terminal;
  terminal.status(undefined);
  const mark = out.paint(colours[state], state.padEnd(7));
  out.write(`${mark}  ${step}: ${oneLine(detail)}\n`);
  if (fix === undefined) return;
  out.write(`         ${out.paint('dim', 'fix:')} ${oneLine(fix)}\n`);
  out.write(`         ${out.paint('dim', 'see:')} ${see}\n`);
}

/** Tries the address of --mcp; 1 when a step fails, 0 otherwise, also where a login is missing. */
export async function doctorMcp(context: Context, given: Given): Promise<number> {
  const { terminal } = context;
  const foreign = Object.keys(serverOptions).find((name) => given.has(name));
  if (foreign !== undefined) {
    throw usageError(`--${foreign} says nothing about --mcp.`, 'Leave one of them out.');
  }
  const url = addressOf(given.text('mcp') ?? '');
  const json = given.flag('json');
  const someone = !given.flag('no-browser') && terminal.err.columns !== undefined;
  const { tryMcp } = await import('../mcp-steps/index.ts');
  const found = await tryMcp({
    url: url.href,
    token: tokenFor(context, url),
    clock: systemClock,
    signal: context.interrupted(),
    onStart: (step) => terminal.status(`checking ${step}`),
    ...(someone && {
      showLogin: (login: string) => terminal.err.write(`Open this to log in:\n  ${login}\n`),
    }),
    ...(!json && { onFinding: (finding: StepFinding) => show(context, finding) }),
  });
  terminal.status(undefined);
  if (json) terminal.out.write(jsonText(found));
  return found.some(({ state }) => state === 'problem') ? exitCodes.failed : exitCodes.ok;
}
