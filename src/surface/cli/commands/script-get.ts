// millrace script get
import { type Command, exitCodes, usageError, word } from '../command.ts';
import { timeText } from '../format.ts';
import { factsText } from '../table.ts';
import { oneLine, tameLogs } from '../terminal.ts';
import { type FieldSchema, typesOf } from '../values.ts';
import { jsonText } from './output.ts';

interface Script {
  path: string;
  hash: string;
  summary: string;
  description: string;
  content?: string;
  language: string;
  kind: string;
  tag: string | null;
  timeout: number | null;
  isolation: string;
  createdBy: string;
  createdAt: number;
  parentHashes: string[];
  deploymentMsg: string | null;
  lockErrorLogs?: string | null;
  schema?: { properties?: Record<string, FieldSchema>; required?: readonly string[] };
}

/** `name: string, count: number (optional)`, one a line. */
function argumentLines({ schema }: Script): string {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {})
    .map(([name, field]) => {
      const type = typesOf(field).join(' or ') || 'anything';
      // Windmill's schemas give a required argument the default null.
      const initial = (field.default ?? null) === null ? '' : ` = ${JSON.stringify(field.default)}`;
      const optional = required.has(name) || initial !== '' ? '' : ' (optional)';
      return oneLine(`${name}: ${type}${initial}${optional}`);
    })
    .join('\n');
}

export const scriptGet: Command = {
  name: 'script get',
  summary: 'Show a script: facts, arguments and source.',
  takes: 'PATH',
  options: { content: { type: 'flag', says: 'the source alone, to write into a file' } },
  examples: [
    'millrace script get f/examples/hello',
    'millrace script get f/examples/hello --content > f/examples/hello.ts',
  ],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    if (given.flag('content') && given.flag('json')) {
      throw usageError('--content and --json exclude each other.', '--json holds the source too.');
    }
    const script = await context.client().call<Script>('scripts.get', { path: word(given) });
    const content = script.content ?? '';
    if (given.flag('json')) {
      out.write(jsonText(script));
      return exitCodes.ok;
    }
    if (given.flag('content')) {
      out.write(content);
      return exitCodes.ok;
    }
    const { timeout, parentHashes } = script;
    const facts = factsText(
      [
        ['path', script.path],
        ['summary', oneLine(script.summary)],
        ['language', script.language],
        ['version', `${script.hash} (number ${parentHashes.length + 1} of this path)`],
        ['deployed', `${timeText(script.createdAt)} by ${script.createdBy}`],
        ['message', script.deploymentMsg && oneLine(script.deploymentMsg)],
        ['kind', script.kind === 'script' ? null : script.kind],
        ['tag', script.tag],
        ['timeout', timeout === null ? null : `${timeout} s`],
        ['isolation', script.isolation === 'warm' ? null : script.isolation],
        ['arguments', argumentLines(script)],
        ['lock error', script.lockErrorLogs && tameLogs(script.lockErrorLogs)],
      ],
      out,
    );
    const source = out.columns === undefined ? content : tameLogs(content);
    out.write(`${facts}\n${source}${source.endsWith('\n') ? '' : '\n'}`);
    return exitCodes.ok;
  },
};
