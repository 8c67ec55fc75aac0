// millrace version
import { AppError, version as own } from '../../../base/index.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from './output.ts';

export const version: Command = {
  name: 'version',
  summary: 'Print the versions of this command and the server.',
  takes: '',
  options: {},
  examples: ['millrace version'],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    const client = context.client();
    let server: string | null = null;
    try {
      const health = await client.read<{ version?: unknown }>('/health', { timeoutMs: 2000 });
      if (typeof health?.version === 'string') server = health.version;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    if (given.flag('json')) out.write(jsonText({ version: own, server, url: client.url }));
    else {
      out.write(`millrace ${own}\n`);
      if (server !== null) out.write(`server   ${server} at ${client.url}\n`);
    }
    return exitCodes.ok;
  },
};
