// millrace op: every operation of the server by its name, with its fields as options.
import { nearest } from '../../../base/index.ts';
import { type Command, type Context, exitCodes, type Given, usageError } from '../command.ts';
import { commandHelp } from '../help.ts';
import {
  type InputSchema,
  type ListedOperation,
  listOperations,
  requireOperation,
} from '../openapi.ts';
import { allOptions, parseGiven } from '../parse.ts';
import { tableText } from '../table.ts';
import { type FieldSchema, fieldValue, givenObject, splitPair, typesOf } from '../values.ts';
import { jsonText } from './output.ts';

/** `scriptPathExact` may also be written `--script-path-exact`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isFlag(field: FieldSchema): boolean {
  const types = typesOf(field).filter((type) => type !== 'null');
  return types.length === 1 && types[0] === 'boolean';
}

function describe(name: string, field: FieldSchema, input: InputSchema): string {
  const facts = [
    field.enum ? field.enum.map(String).join(' | ') : '',
    field.default === undefined ? '' : `default ${JSON.stringify(field.default)}`,
    input.required?.includes(name) && field.default === undefined ? 'required' : '',
  ].filter((fact) => fact !== '');
  const said = field.description ?? '';
  if (facts.length === 0) return said;
  return said === '' ? facts.join('; ') : `${said} (${facts.join('; ')})`;
}

/** The operation as a command, so that parsing and help are those of every command. */
function asCommand(entry: ListedOperation): Command {
  const fields = Object.entries(entry.input.properties ?? {});
  // A field that shares its name with a common option is reached by -d alone.
  const free = fields.filter(([name]) => !Object.hasOwn(allOptions(op), dashed(name)));
  const options = free.map(([name, field]) => {
    const value = (typesOf(field).find((type) => type !== 'null') ?? 'json').toUpperCase();
    const says = describe(name, field, entry.input);
    return [dashed(name), isFlag(field) ? { type: 'flag', says } : { type: 'text', value, says }];
  });
  const hidden = fields.filter((field) => !free.includes(field)).map(([name]) => name);
  const required = free.filter(([name]) => entry.input.required?.includes(name));
  const usual = required.map(([name]) => ` ${name}=…`).join('');
  return {
    ...op,
    name: `op ${entry.name}`,
    summary: `${entry.summary}${entry.risk === '' ? '' : ` [${entry.risk}]`}`,
    takes: '[FIELD=VALUE…]',
    options: { ...(Object.fromEntries(options) as Command['options']), data: dataOption },
    notes: [
      'Numbers, lists and objects are JSON; a list of words may be written a,b. A flag is turned ' +
        'off with --flag=false.',
      ...(hidden.length > 0 ? [`Only with -d: ${hidden.join(', ')}.`] : []),
    ],
    examples: [`millrace op ${entry.name}${usual}`],
  };
}

/** `--perPage` is as good as `--per-page`. */
function spelled(argv: readonly string[], entry: ListedOperation): string[] {
  const names = Object.keys(entry.input.properties ?? {});
  return argv.map((part) => {
    const [, name, rest] = /^--([^=]+)(=[^]*)?$/.exec(part) ?? [];
    return name !== undefined && names.includes(name) ? `--${dashed(name)}${rest ?? ''}` : part;
  });
}

async function inputOf(
  context: Context,
  entry: ListedOperation,
  given: Given,
): Promise<Record<string, unknown>> {
  const input = await givenObject(given.text('data'), () => context.terminal.readInput());
  const fields = entry.input.properties ?? {};
  for (const pair of given.words) {
    const [name, text] = splitPair(pair);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      const similar = nearest(name, Object.keys(fields));
      throw usageError(
        `${entry.name} has no field "${name}".`,
        similar ? `Did you mean "${similar}"?` : `See: millrace op ${entry.name} --help`,
      );
    }
    input[name] = fieldValue(name, text, field);
  }
  for (const [name, field] of Object.entries(fields)) {
    const option = dashed(name);
    if (Object.hasOwn(allOptions(op), option)) continue;
    const text = given.text(option);
    if (text !== undefined) input[name] = fieldValue(`--${option}`, text, field);
    if (isFlag(field) && given.has(option)) input[name] = given.flag(option);
  }
  return input;
}

function printList(context: Context, given: Given, operations: readonly ListedOperation[]): void {
  const { out } = context.terminal;
  const [beginning = ''] = given.words;
  const wanted = operations.filter(({ name }) => name.startsWith(beginning));
  if (given.flag('json')) {
    out.write(jsonText(wanted.map(({ name, summary, risk }) => ({ name, summary, risk }))));
    return;
  }
  out.write(
    tableText(
      wanted,
      [
        { title: 'NAME', text: ({ name }) => name },
        { title: 'RISK', text: ({ risk }) => risk, spare: 1 },
        { title: 'WHAT IT DOES', text: ({ summary }) => summary, cut: 'end' },
      ],
      out,
    ),
  );
}

const dataOption = {
  type: 'text',
  short: 'd',
  value: 'JSON',
  says: 'the whole input as a JSON object, @FILE, or - for standard input; fields win over it',
} as const;

export const op: Command = {
  name: 'op',
  summary: 'Call any operation of the server by its name.',
  takes: '[NAME] [FIELD=VALUE…]',
  options: {
    list: { type: 'flag', says: 'list the operations, or those that begin with NAME' },
    data: dataOption,
  },
  notes: [
    'Each field of an operation is an option too (--per-page 5 is perPage=5); ' +
      'millrace op NAME --help shows them.',
  ],
  examples: [
    'millrace op --list',
    'millrace op jobs.list --help',
    'millrace op jobs.list perPage=5 success=false',
    `millrace op folders.create -d '{"name": "team"}'`,
  ],
  talks: true,
  loose: true,
  async run(context, given, argv) {
    const { out } = context.terminal;
    const [name] = given.words;
    const listing = given.flag('list');
    if (given.flag('help') && name === undefined) {
      out.write(commandHelp(op, out));
      return exitCodes.ok;
    }
    if (name === undefined && !listing) {
      throw usageError('millrace op needs the NAME of an operation.', 'See: millrace op --list');
    }
    const client = context.client();
    const operations = await listOperations(client);
    if (listing) {
      printList(context, parseGiven({ ...op, loose: false }, argv), operations);
      return exitCodes.ok;
    }
    const entry = requireOperation(operations, name ?? '');
    const command = { ...asCommand(entry), loose: false };
    if (given.flag('help')) {
      out.write(commandHelp(command, out));
      return exitCodes.ok;
    }
    const rest = spelled(argv, entry);
    rest.splice(rest.indexOf(entry.name), 1);
    const fields = parseGiven(command, rest);
    const input = await inputOf(context, entry, fields);
    out.write(jsonText(await client.call(entry.name, input, { timeoutMs: 660_000 })));
    return exitCodes.ok;
  },
};
