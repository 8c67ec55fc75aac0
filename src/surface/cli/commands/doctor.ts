// millrace doctor
import type { Checked } from '../checks/index.ts';
import { type Command, type Context, exitCodes, type Given, usageError } from '../command.ts';
import { tableText } from '../table.ts';
import { oneLine } from '../terminal.ts';
import { jsonText } from './output.ts';
import { doctorMcp, mcpOptions } from './doctor-mcp.ts';
import { configOf, serverOptions } from './server.ts';

function show(context: Context, given: Given, found: readonly Checked[]): void {
  const { out } = context.terminal;
  if (given.flag('json')) {
    out.write(jsonText(found));
    return;
  }
  if (given.flag('verbose')) {
    out.write(
      tableText(
        found,
        [
          { title: 'CHECK', text: ({ name }) => name },
          {
            title: 'STATE',
            text: ({ ok }) => (ok ? 'well' : 'problem'),
            colour: ({ ok }) => (ok ? 'green' : 'red'),
          },
          { title: 'FOUND', text: ({ detail }) => detail, cut: 'end' },
        ],
        out,
      ),
    );
  }
  const problems = found.filter(({ ok }) => !ok);
  if (problems.length > 0 && given.flag('verbose')) out.write('\n');
  for (const { name, detail, fix } of problems) {
    out.write(`${out.paint('red', `${name}:`)} ${oneLine(detail)}\n`);
    if (fix) out.write(`  ${out.paint('dim', 'fix:')} ${fix}\n`);
  }
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check this machine or an MCP address for problems.',
  takes: '',
  options: {
    verbose: { type: 'flag', says: 'show every check, not only the problems' },
    json: { type: 'flag', says: 'JSON for machines: every check' },
    ...mcpOptions,
    ...serverOptions,
  },
  notes: [
    'Checks Node, the data folder, the database, a script in each language, the sandbox, the ' +
      'port and the base URL. Says nothing and ends with 0 when all is well.',
    'Give it the options that millrace start gets.',
    'With --mcp it connects to that address as an MCP client would, says what works, and ends ' +
      'with 1 where a step fails. docs/how-to/troubleshoot-mcp.md explains each step.',
    'MILLRACE_TOKEN spares the login, if the address is on the server of MILLRACE_URL.',
  ],
  examples: [
    'millrace doctor',
    'millrace doctor --verbose',
    'millrace doctor --mcp https://millrace.example.com/api/mcp/w/main/mcp',
  ],
  talks: false,
  async run(context, given) {
    const { terminal } = context;
    if (given.has('mcp')) return doctorMcp(context, given);
    if (given.flag('no-browser')) {
      throw usageError('--no-browser is for --mcp.', 'Give --mcp and an address, or leave it out.');
    }
    const config = configOf(given, serverOptions);
    // Loaded here, because no other command needs the engine and the store.
    const { allChecks, runChecks } = await import('../checks/index.ts');
    const { checks, close } = allChecks(config);
    try {
      const onStart = (name: string): void => terminal.status(`checking ${name}`);
      const found = await runChecks(checks, { onStart });
      terminal.status(undefined);
      show(context, given, found);
      return found.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
    } finally {
      await close();
    }
  },
};
