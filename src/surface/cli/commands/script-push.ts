// millrace script push
import { AppError } from '../../../base/index.ts';
import type { Client } from '../client.ts';
import { type Command, type Context, exitCodes, type Given, usageError } from '../command.ts';
import { languageOf, scriptPathOf } from '../source-file.ts';
import { readGivenFile } from '../values.ts';
import { jsonText } from './output.ts';

interface Head {
  hash: string;
  summary: string;
  description: string;
  kind: string;
  tag: string | null;
  timeout: number | null;
  isTemplate: boolean;
  wsErrorHandlerMuted: boolean;
  rerunOnCrash: boolean;
  isolation: string;
  extra: Record<string, unknown>;
}

interface Pushed {
  file: string;
  path: string;
  hash: string;
  state: 'created' | 'new version' | 'unchanged';
}

/** The version to follow; undefined for a new path. */
async function headOf(client: Client, path: string): Promise<Head | undefined> {
  try {
    return await client.call<Head>('scripts.get', { path });
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** What a file does not say stays as it is: a push must not reset what was set elsewhere. */
function kept(head: Head): Omit<Head, 'hash'> {
  const { summary, description, kind, tag, timeout, isTemplate } = head;
  const { wsErrorHandlerMuted, rerunOnCrash, isolation, extra } = head;
  return {
    summary,
    description,
    kind,
    tag,
    timeout,
    isTemplate,
    wsErrorHandlerMuted,
    rerunOnCrash,
    isolation,
    extra,
  };
}

/** What the options say, beyond the file. */
function chosen(given: Given): Record<string, unknown> {
  const fresh = given.flag('fresh');
  const facts = {
    summary: given.text('summary'),
    description: given.text('description'),
    tag: given.text('tag'),
    deploymentMessage: given.text('message'),
    isolation: fresh ? 'fresh' : undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

async function push(context: Context, given: Given, file: string): Promise<Pushed> {
  const client = context.client();
  const path = given.text('path') ?? scriptPathOf(file, process.cwd());
  const language = given.text('language') ?? languageOf(file);
  const content = await readGivenFile(file);
  const head = await headOf(client, path);
  context.terminal.status(`deploying ${path}`);
  const answer = await client.call<{ hash: string; created: boolean }>(
    'scripts.create',
    {
      ...(head ? kept(head) : {}),
      path,
      content,
      language,
      autoParent: true,
      skipIfNoop: true,
      ...chosen(given),
    },
    // Imports are fetched and bundled before the server answers.
    { timeoutMs: 300_000 },
  );
  context.terminal.status(undefined);
  const state = answer.created ? (head ? 'new version' : 'created') : 'unchanged';
  return { file, path, hash: answer.hash, state };
}

const colours = { created: 'green', 'new version': 'green', unchanged: 'dim' } as const;

export const scriptPush: Command = {
  name: 'script push',
  summary: 'Deploy files as scripts, or new versions of them.',
  takes: 'FILE…',
  options: {
    path: {
      type: 'text',
      value: 'PATH',
      says: "the script's path; from the file's place when it lies below f/ or u/",
    },
    language: {
      type: 'text',
      value: 'NAME',
      says: 'such as bun, python3, bash, postgresql; else by the ending: .ts .py .sh .pg.sql',
    },
    summary: { type: 'text', value: 'TEXT', says: 'one line that says what it does' },
    description: { type: 'text', value: 'TEXT', says: 'more about it, in Markdown' },
    message: { type: 'text', short: 'm', value: 'TEXT', says: 'why this version' },
    tag: { type: 'text', value: 'TAG', says: 'tag of the workers that run it' },
    fresh: { type: 'flag', says: 'take a new process for each run' },
  },
  notes: ['What no option names stays as it is in the newest version, such as the summary.'],
  examples: [
    'millrace script push f/team/report.ts --summary "Sums up the week"',
    'millrace script push tools/ping.py --path f/ops/ping',
    'millrace script push f/team/*.ts',
  ],
  talks: true,
  async run(context, given) {
    if (given.words.length > 1 && given.text('path') !== undefined) {
      throw usageError('--path names one script, so give one file.');
    }
    const { out } = context.terminal;
    const done: Pushed[] = [];
    for (const file of given.words) {
      const pushed = await push(context, given, file);
      done.push(pushed);
      if (given.flag('json')) continue;
      const state = out.paint(colours[pushed.state], pushed.state);
      out.write(`${state}  ${pushed.path}  ${out.paint('dim', pushed.hash)}\n`);
    }
    if (given.flag('json')) out.write(jsonText(done));
    return exitCodes.ok;
  },
};
