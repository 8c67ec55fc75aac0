// millrace script run
import { AppError, nearest } from '../../../base/index.ts';
import type { Client } from '../client.ts';
import { type Command, type Context, exitCodes, type Given, usageError } from '../command.ts';
import { errorLine, type JobView } from '../jobs.ts';
import { tameLogs } from '../terminal.ts';
import { type FieldSchema, fieldValue, givenObject, splitPair } from '../values.ts';
import { watchJob } from '../watch.ts';
import { jsonText } from './output.ts';

interface Outcome {
  id: string;
  done: boolean;
  success: boolean | null;
  result: unknown;
  path: string | null;
}

interface Schema {
  properties?: Readonly<Record<string, FieldSchema>>;
  required?: readonly string[];
}

/** What the script takes; undefined for a token that may run it but not read it. */
async function schemaOf(client: Client, path: string): Promise<Schema | undefined> {
  try {
    return (await client.call<{ schema?: Schema }>('scripts.get', { path })).schema;
  } catch (error) {
    if (error instanceof AppError && /^(forbidden|insufficient_scope)$/.test(error.code)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * `name=value` pairs, read as the script declares them. A name that it lacks is a slip, and so is
 * one that it needs and nobody gave; a whole object by --data is taken as it is.
 */
async function readArguments(
  client: Client,
  path: string,
  { pairs, object }: { pairs: readonly string[]; object: Record<string, unknown> | undefined },
): Promise<Record<string, unknown>> {
  if (object && pairs.length === 0) return object;
  const schema = await schemaOf(client, path);
  const fields = schema?.properties;
  const args: Record<string, unknown> = { ...object };
  for (const pair of pairs) {
    const [name, text] = splitPair(pair);
    const field = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (fields && !field) throw unknownArgument(path, name, Object.keys(fields));
    args[name] = fieldValue(name, text, field ?? {});
  }
  const missing = (schema?.required ?? []).filter((name) => !Object.hasOwn(args, name));
  if (object || missing.length === 0) return args;
  throw usageError(
    `${path} needs ${missing.join(' and ')}.`,
    `millrace script run ${path} ${missing.map((name) => `${name}=…`).join(' ')}`,
  );
}

function unknownArgument(path: string, name: string, known: readonly string[]): AppError {
  const similar = nearest(name, known);
  const all = known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has none.';
  return usageError(
    `${path} has no argument "${name}".`,
    similar ? `Did you mean "${similar}"?` : all,
  );
}

function print(context: Context, given: Given, outcome: Outcome): number {
  context.terminal.out.write(jsonText(given.flag('json') ? outcome : outcome.result));
  return outcome.success ? exitCodes.ok : exitCodes.failed;
}

/** How long the server may hold one question; below the limit of any proxy worth the name. */
const waitMs = 50_000;

/** Without logs: one request that the server answers at the end. Needs only the right to run. */
async function runQuietly(
  context: Context,
  input: Record<string, unknown>,
): Promise<Outcome | undefined> {
  const client = context.client();
  const signal = context.interrupted();
  const options = { signal, timeoutMs: waitMs + 30_000 };
  let outcome = await client.call<Outcome>('jobs.runWait', { ...input, waitMs }, options);
  while (!outcome.done) {
    outcome = await client.call<Outcome>('jobs.wait', { id: outcome.id, waitMs }, options);
  }
  const { err } = context.terminal;
  if (outcome.success) return outcome;
  err.write(`${err.paint('red', 'failure')}: ${tameLogs(errorLine(outcome.result) ?? '')}\n`);
  return outcome;
}

/** Ctrl-C on a run that one started means the run, as with any program. */
async function cancel(context: Context, id: string): Promise<never> {
  const { err } = context.terminal;
  await context.client().call('jobs.cancel', { id, reason: 'Ctrl-C' });
  err.write(`${err.paint('yellow', 'canceled')}: job ${id}\n`);
  throw new AppError('canceled', 'Stopped with Ctrl-C.');
}

async function runAndWatch(context: Context, id: string): Promise<Outcome> {
  const { err } = context.terminal;
  const signal = context.interrupted();
  err.write(`${err.paint('dim', `job ${id}`)}\n`);
  let job: JobView;
  try {
    job = await watchJob(context, { id, logs: 'err', signal });
  } catch (error) {
    if (signal.aborted) return cancel(context, id);
    if (error instanceof AppError && error.code === 'insufficient_scope') {
      throw new AppError(error.code, `The job was started, but this token may not read it.`, {
        hint: 'With such a token use --quiet, which waits without logs, or --detach.',
      });
    }
    throw error;
  }
  const { success = null, result = null, scriptPath = null } = job;
  return { id, done: true, success, result, path: scriptPath };
}

export const scriptRun: Command = {
  name: 'script run',
  summary: 'Run a script and print its result as JSON.',
  takes: 'PATH [NAME=VALUE…]',
  options: {
    data: {
      type: 'text',
      short: 'd',
      value: 'JSON',
      says: 'arguments as a JSON object, @FILE, or - for standard input',
    },
    tag: { type: 'text', value: 'TAG', says: 'tag of the workers that run it' },
    detach: { type: 'flag', says: "print the job's id and do not wait" },
    quiet: { type: 'flag', short: 'q', says: 'only the result: no logs, no progress' },
  },
  notes: [
    'NAME=VALUE is one argument, read as the script declares it: times=2 is a number where main ' +
      'takes one. It wins over --data.',
    'The result goes to standard output, everything else to standard error; --json puts the ' +
      "job's id and success around it.",
    'The exit code is 1 when the job failed. Ctrl-C cancels the job; a run with --detach goes on.',
  ],
  examples: [
    'millrace script run f/examples/hello name=Ada',
    `millrace script run f/examples/hello -d '{"name": "Ada"}' | jq .`,
    'millrace script run f/team/import -d @rows.json --detach',
  ],
  talks: true,
  async run(context, given) {
    if (given.flag('detach') && given.flag('quiet')) {
      throw usageError('--detach does not wait, so --quiet has nothing to hide.');
    }
    const client = context.client();
    const [path = '', ...pairs] = given.words;
    const json = given.text('data');
    const object =
      json === undefined ? undefined : await givenObject(json, () => context.terminal.readInput());
    const args = await readArguments(client, path, { pairs, object });
    const tag = given.text('tag');
    const input = { path, args, ...(tag === undefined ? {} : { tag }) };
    if (given.flag('quiet')) {
      const outcome = await runQuietly(context, input);
      return outcome ? print(context, given, outcome) : exitCodes.failed;
    }
    const { id } = await client.call<{ id: string }>('jobs.run', input);
    if (given.flag('detach')) {
      context.terminal.out.write(given.flag('json') ? jsonText({ id }) : `${id}\n`);
      return exitCodes.ok;
    }
    return print(context, given, await runAndWatch(context, id));
  },
};
