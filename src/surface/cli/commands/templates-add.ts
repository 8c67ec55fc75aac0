// millrace templates add
import { AppError, nearest } from '../../../base/index.ts';
import type { Client } from '../client.ts';
import { type Command, exitCodes, usageError, word } from '../command.ts';
import { type Template, templates } from '../templates/index.ts';
import { jsonText } from './output.ts';

function named(name: string): Template {
  const found = templates.find((one) => one.name === name);
  if (found) return found;
  const names = templates.map((one) => one.name);
  const hint = nearest(name, names) ?? names.join(', ');
  throw usageError(`There is no template ${name}.`, `Did you mean ${hint}?`);
}

/** The folder, where it is not there yet. */
async function makeFolder(client: Client, name: string): Promise<void> {
  try {
    await client.call('folders.create', { name });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
  }
}

async function deploy(client: Client, path: string, flow: object): Promise<'created' | 'updated'> {
  try {
    await client.call('flows.create', { path, ...flow }, { timeoutMs: 300_000 });
    return 'created';
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    await client.call('flows.update', { path, ...flow }, { timeoutMs: 300_000 });
    return 'updated';
  }
}

export const templatesAdd: Command = {
  name: 'templates add',
  summary: 'Deploy a template, or its newest version.',
  takes: 'NAME',
  options: {
    folder: { type: 'text', value: 'NAME', says: 'the folder, made when it is not there; jobs' },
  },
  examples: ['millrace templates add job-reader', 'millrace templates add job-reader --folder ops'],
  talks: true,
  async run(context, given) {
    const template = named(word(given));
    const folder = (given.text('folder') ?? 'jobs').replace(/^f\//, '');
    const client = context.client();
    await makeFolder(client, folder);
    const path = `f/${folder}/${template.item}`;
    const state = await deploy(client, path, template.flow());
    const { out } = context.terminal;
    if (given.flag('json')) out.write(jsonText({ path, state }));
    else {
      out.write(`${out.paint('green', state)}  ${path}\n`);
      for (const line of template.next(path)) out.write(`${line}\n`);
    }
    return exitCodes.ok;
  },
};
