// From the words of the command line to an exit code: finds the command, gives it what it needs,
// and turns what it throws into a sentence.
import { AppError, readClientConfig, version } from '../../base/index.ts';
import { createClient } from './client.ts';
import {
  asUsage,
  type Command,
  type Context,
  exitCodes,
  type Given,
  type Roles,
} from './command.ts';
import { commands } from './commands/index.ts';
import { reportFailure } from './failure.ts';
import { commandHelp, helpText } from './help.ts';
import { choose, parseGiven } from './parse.ts';
import { ownTerminal, type Terminal } from './terminal.ts';

/** The first Ctrl-C aborts the signal; a second one ends the command at once. */
function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  });
  return controller.signal;
}

function contextOf(given: Given, terminal: Terminal, roles: Roles | undefined): Context {
  const flags = { url: given.text('url'), workspace: given.text('workspace') };
  let interrupt: AbortSignal | undefined;
  const config: Context['config'] = () => asUsage(() => readClientConfig(undefined, flags));
  const trace = given.flag('debug')
    ? (line: string): void => terminal.err.write(`${terminal.err.paint('dim', line)}\n`)
    : undefined;
  return {
    terminal,
    config,
    client: () => createClient({ config: config(), trace }),
    roles() {
      if (roles) return roles;
      throw new AppError('not_implemented', 'This command line was built without the server.');
    },
    interrupted: () => (interrupt ??= listenForInterrupt()),
  };
}

interface Tools {
  terminal: Terminal;
  roles: Roles | undefined;
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  { terminal, roles }: Tools,
): Promise<number> {
  const given = parseGiven(command, argv);
  if (given.flag('help') && !command.loose) {
    terminal.out.write(commandHelp(command, terminal.out));
    return exitCodes.ok;
  }
  return command.run(contextOf(given, terminal, roles), given, argv);
}

async function dispatch(argv: readonly string[], tools: Tools): Promise<number> {
  const chosen = choose(argv, commands);
  const { out } = tools.terminal;
  if (chosen.kind === 'command') return runCommand(chosen.command, chosen.argv, tools);
  const text =
    chosen.kind === 'help' ? helpText(chosen.topic, commands, out) : `millrace ${version}\n`;
  out.write(text);
  return exitCodes.ok;
}

/**
 * Runs the command line `argv` (without `node` and the file) and answers its exit code: 0 done,
 * 1 failed, 2 wrong use, 130 stopped with Ctrl-C. `roles` are what the composition root does for
 * `start`, `worker`, `backup` and `restore`.
 */
export async function main(
  argv: readonly string[],
  roles?: Roles,
  terminal: Terminal = ownTerminal(),
): Promise<number> {
  // Read before parsing, because a wrong command line must answer in the same style.
  const style = { json: argv.includes('--json'), debug: argv.includes('--debug') };
  const code = await dispatch(argv, { terminal, roles }).catch((error: unknown) =>
    reportFailure(error, terminal, style),
  );
  // The caller may end the process at once.
  await terminal.drain();
  return code;
}
