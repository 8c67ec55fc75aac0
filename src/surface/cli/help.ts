// Help texts, made from the commands' declarations.
import { version } from '../../base/index.ts';
import { type Command, type OptionDeclaration, usageError } from './command.ts';
import { widthOf, wrapText } from './format.ts';
import { choose, clientOptions, commonOptions } from './parse.ts';
import type { Channel } from './terminal.ts';

const defaultColumns = 80;

/** Groups of the first page, in order; a command that no group names would be missing there. */
const groups: readonly (readonly [string, readonly string[]])[] = [
  ['Server', ['start', 'worker', 'workers', 'doctor', 'backup', 'restore']],
  ['Scripts and jobs', ['script', 'job', 'queues', 'templates']],
  ['Tokens', ['token']],
  ['Everything else', ['op', 'version', 'help']],
];

const environment: readonly (readonly [string, string])[] = [
  ['MILLRACE_URL', 'the server that commands talk to (http://127.0.0.1:8000)'],
  ['MILLRACE_TOKEN', 'the token they send'],
  ['MILLRACE_WORKSPACE', 'the workspace they work in (main)'],
  ['NO_COLOR', 'no colours'],
];

const exitCodeLines: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'refused or failed; the job failed; doctor found a problem'],
  ['2', 'wrong use of the command line or a wrong setting'],
  ['130', 'stopped with Ctrl-C'],
];

/** Two columns, the right one wrapped. */
function pairs(entries: readonly (readonly [string, string])[], columns: number): string[] {
  const left = Math.min(30, Math.max(0, ...entries.map(([name]) => widthOf(name))));
  return entries.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapText(text, Math.max(20, columns - left - 4));
    const space = ' '.repeat(left + 4);
    const begin = `  ${name}${' '.repeat(Math.max(0, left - widthOf(name)))}`;
    if (widthOf(name) > left)
      return [begin, `${space}${first}`, ...rest.map((more) => space + more)];
    return [`${begin}  ${first}`, ...rest.map((more) => space + more)];
  });
}

function optionLines(
  options: Readonly<Record<string, OptionDeclaration>>,
): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, type, value, says }]) => {
    const shown = `${short ? `-${short}, ` : ''}--${name}`;
    return [type === 'flag' ? shown : `${shown} ${value ?? 'VALUE'}`, says] as const;
  });
}

function nameOf({ name, takes }: Command): string {
  return takes === '' ? name : `${name} ${takes}`;
}

/** Without what may be left out: lists stay narrow. */
function briefName({ name, takes }: Command): string {
  return `${name} ${takes}`.replace(/ \[.*$/, '').trimEnd();
}

/** The help of one command. */
export function commandHelp(command: Command, channel: Channel): string {
  const columns = Math.min(channel.columns ?? defaultColumns, 110);
  const bold = (text: string): string => channel.paint('bold', text);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', bold(title), ...lines];
  const own = optionLines(command.options);
  const shared = optionLines({ ...(command.talks ? clientOptions : {}), ...commonOptions });
  return [
    ...wrapText(command.summary, columns),
    '',
    `${bold('Usage:')} millrace ${nameOf(command)} [options]`,
    ...section('Options:', pairs(own, columns)),
    ...section(own.length > 0 ? 'Common options:' : 'Options:', pairs(shared, columns)),
    ...section(
      'Notes:',
      (command.notes ?? []).flatMap((note) =>
        wrapText(note, columns - 2).map((line) => `  ${line}`),
      ),
    ),
    ...section(
      command.examples.length > 1 ? 'Examples:' : 'Example:',
      command.examples.map((line) => `  ${line}`),
    ),
    '',
  ].join('\n');
}

/** The help of a group, such as `millrace job`. */
function groupHelp(name: string, commands: readonly Command[], channel: Channel): string {
  const columns = channel.columns ?? defaultColumns;
  const own = commands.filter((command) => command.name.startsWith(`${name} `));
  return [
    `${channel.paint('bold', 'Usage:')} millrace ${name} COMMAND [options]`,
    '',
    ...pairs(
      own.map((command) => [briefName(command), command.summary] as const),
      columns,
    ),
    '',
    `millrace ${name} COMMAND --help tells more about each.`,
    '',
  ].join('\n');
}

/** The first page. */
function firstPage(commands: readonly Command[], channel: Channel): string {
  const columns = channel.columns ?? defaultColumns;
  const listed = groups.flatMap(([title, names]) => {
    const own = names.flatMap((name) =>
      commands.filter((entry) => entry.name === name || entry.name.startsWith(`${name} `)),
    );
    const lines = own.map((entry) => [briefName(entry), entry.summary] as const);
    return [{ title, lines }];
  });
  const left = Math.max(...listed.flatMap(({ lines }) => lines.map(([name]) => widthOf(name))));
  return [
    `Millrace ${version}: one MCP endpoint for automations, services and people.`,
    '',
    `${channel.paint('bold', 'Usage:')} millrace COMMAND [options]`,
    ...listed.flatMap(({ title, lines }) => [
      '',
      channel.paint('bold', `${title}:`),
      ...pairs(
        lines.map(([name, text]) => [name.padEnd(left), text] as const),
        columns,
      ),
    ]),
    '',
    channel.paint('bold', 'Environment:'),
    ...pairs(environment, columns),
    '',
    channel.paint('bold', 'Exit codes:'),
    ...pairs(exitCodeLines, columns),
    '',
    'millrace COMMAND --help tells more about each, with an example.',
    '',
  ].join('\n');
}

/** The help on `topic`: a command, a group, or the first page. Throws a usage error. */
export function helpText(
  topic: readonly string[],
  commands: readonly Command[],
  channel: Channel,
): string {
  const [first] = topic;
  if (first === undefined) return firstPage(commands, channel);
  const isGroup = commands.some(({ name }) => name.startsWith(`${first} `));
  if (isGroup && topic.length === 1) return groupHelp(first, commands, channel);
  const chosen = choose(topic, commands);
  if (chosen.kind === 'command') return commandHelp(chosen.command, channel);
  throw usageError(`There is no help on "${topic.join(' ')}".`, 'See: millrace help');
}
