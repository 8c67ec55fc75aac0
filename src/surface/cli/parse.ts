// From words to a command and what was given to it. Every refusal names the option, and the
// nearest one that exists.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../../base/index.ts';
import { type Command, type Given, type OptionDeclaration, usageError } from './command.ts';

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionDeclaration>> = {
  help: { type: 'flag', short: 'h', says: 'show this help' },
  debug: { type: 'flag', says: 'show requests, and the stack of a bug' },
};

/** Options that every command takes which talks to a server. */
export const clientOptions: Readonly<Record<string, OptionDeclaration>> = {
  json: { type: 'flag', says: 'JSON for machines instead of text for people' },
  url: { type: 'text', value: 'URL', says: 'the server (MILLRACE_URL, http://127.0.0.1:8000)' },
  workspace: {
    type: 'text',
    short: 'w',
    value: 'ID',
    says: 'the workspace (MILLRACE_WORKSPACE, main)',
  },
};

export function allOptions(command: Command): Readonly<Record<string, OptionDeclaration>> {
  return { ...command.options, ...(command.talks ? clientOptions : {}), ...commonOptions };
}

/** How many words a command takes, from its declaration. */
export function wordLimits(takes: string): { least: number; most: number } {
  const words = takes === '' ? [] : takes.split(' ');
  return {
    least: words.filter((name) => !name.startsWith('[')).length,
    most: takes.includes('…') ? Infinity : words.length,
  };
}

function configOf(options: Readonly<Record<string, OptionDeclaration>>) {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { type, short }] of Object.entries(options)) {
    config[name] = {
      type: type === 'flag' ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    };
  }
  return { options: config, strict: false, allowPositionals: true, tokens: true } as const;
}

function unknownOption(shown: string, command: Command): never {
  if (/^--token\b/.test(shown)) {
    throw usageError(
      'There is no option --token: the list of processes would show it.',
      'Set MILLRACE_TOKEN instead.',
    );
  }
  const names = Object.keys(allOptions(command)).map((name) => `--${name}`);
  const similar = nearest(shown, names);
  throw usageError(
    `millrace ${command.name} has no option ${shown}.`,
    similar ? `Did you mean ${similar}?` : `See: millrace ${command.name} --help`,
  );
}

interface OptionToken {
  kind: 'option';
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

/** A flag may be spelled out as `--flag=false`; anything else after `=` is a slip. */
function flagValue({ rawName, value }: OptionToken): boolean {
  if (value === undefined || value === 'true') return true;
  if (value === 'false') return false;
  throw usageError(`${rawName} takes no value.`, `Write ${rawName}, or ${rawName}=false.`);
}

function textValue(token: OptionToken, declared: OptionDeclaration): string {
  const { value, rawName } = token;
  const shown = `${rawName} ${declared.value ?? 'VALUE'}`;
  if (value === undefined) throw usageError(`${rawName} needs a value: ${shown}`);
  // `--path --json` is a forgotten value; a lone dash means standard input, `-5` is a number.
  if (token.inlineValue !== true && /^-[^\d]/.test(value)) {
    throw usageError(
      `${rawName} needs a value: ${shown}`,
      `If "${value}" is the value, write ${rawName}=${value}`,
    );
  }
  return value;
}

function checkWords(command: Command, words: readonly string[]): void {
  const { least, most } = wordLimits(command.takes);
  const usage = `Usage: millrace ${command.name}${command.takes === '' ? '' : ` ${command.takes}`}`;
  if (words.length < least) {
    const missing = command.takes.split(' ')[words.length] ?? '';
    throw usageError(`millrace ${command.name} needs ${missing.replace('…', '')}.`, usage);
  }
  const extra = words[most];
  if (extra !== undefined) {
    throw usageError(`millrace ${command.name} does not take "${extra}".`, usage);
  }
}

/** Parses what stands behind the command's name. Throws usage errors. */
export function parseGiven(command: Command, argv: readonly string[]): Given {
  const options = allOptions(command);
  const values = new Map<string, string[]>();
  const flags = new Map<string, boolean>();
  const words: string[] = [];
  const { tokens } = parseArgs({ ...configOf(options), args: [...argv] });
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const declared = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!declared) {
      if (command.loose) continue;
      unknownOption(token.rawName, command);
    }
    if (declared.type === 'flag') {
      flags.set(token.name, flagValue(token));
      continue;
    }
    const before = declared.type === 'list' ? (values.get(token.name) ?? []) : [];
    values.set(token.name, [...before, textValue(token, declared)]);
  }
  if (!command.loose && flags.get('help') !== true) checkWords(command, words);
  return {
    words,
    text: (name) => values.get(name)?.at(-1),
    flag: (name) => flags.get(name) ?? false,
    has: (name) => flags.has(name) || values.has(name),
    list: (name) => values.get(name) ?? [],
  };
}

/** What the words name: a command with the rest of the line, a group of commands, or nothing. */
export type Chosen =
  | { kind: 'command'; command: Command; argv: readonly string[] }
  | { kind: 'help'; topic: readonly string[] }
  | { kind: 'version' };

function unknownCommand(words: string, commands: readonly Command[]): never {
  const sameVerb = commands.filter(({ name }) => name.split(' ')[1] === words);
  const names = commands.map(({ name }) => name);
  const firsts = names.map((name) => name.split(' ')[0] ?? '');
  const similar = nearest(words, names) ?? nearest(words, firsts);
  const meant = sameVerb.length > 0 ? sameVerb.map(({ name }) => name) : similar ? [similar] : [];
  throw usageError(
    `There is no command "millrace ${words}".`,
    meant.length > 0
      ? `Did you mean ${meant.map((name) => `"millrace ${name}"`).join(' or ')}?`
      : 'See: millrace help',
  );
}

/** Finds the command that `argv` begins with. */
export function choose(argv: readonly string[], commands: readonly Command[]): Chosen {
  const [first, second] = argv;
  if (first === undefined) return { kind: 'help', topic: [] };
  if (first === '--help' || first === '-h') return { kind: 'help', topic: argv.slice(1) };
  if (first === '--version' || first === '-v') return { kind: 'version' };
  if (first.startsWith('-')) {
    throw usageError(
      `A command comes before its options: millrace COMMAND ${first}`,
      'See: millrace help',
    );
  }
  const single = commands.find(({ name }) => name === first);
  if (single) return { kind: 'command', command: single, argv: argv.slice(1) };
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0) unknownCommand(first, commands);
  if (second === undefined || second.startsWith('-')) return { kind: 'help', topic: [first] };
  const found = group.find(({ name }) => name === `${first} ${second}`);
  if (found) return { kind: 'command', command: found, argv: argv.slice(2) };
  return unknownCommand(`${first} ${second}`, group);
}
