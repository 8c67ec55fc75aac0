// Tools of MCP servers for agents: what a server offers, and one call. A connection lives as long
// as one ask, because a job may go on in another process.
import type { Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { AppError, messageOf, version } from '../../base/index.ts';
import { boundedFetch, type Egress } from '../../egress/index.ts';
import type { FunctionTool } from './conversation.ts';

const server = z.looseObject({
  url: z.string(),
  token: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
});

export interface McpDeps {
  egress: Pick<Egress, 'fetch'>;
}

export interface McpServer {
  /** Value of a resource of the type `mcp`, resolved. */
  resource: unknown;
  signal: AbortSignal;
}

/** A server that offers more is cut off here. */
const maxTools = 200;
/** Of one answer, or of the stream that it is. */
const maxAnswerBytes = 10_000_000;

async function withServer<Result>(
  { egress }: McpDeps,
  { resource, signal }: McpServer,
  work: (client: Client, options: { signal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const parsed = server.safeParse(resource);
  if (!parsed.success || !URL.canParse(parsed.data.url)) {
    throw new AppError('unprocessable', 'The resource of the MCP server has no address.', {
      hint: 'Give it a field url, such as https://mcp.example.com/mcp.',
    });
  }
  const { url, token, headers } = parsed.data;
  // Loaded when first used (97 ms and 35 MB): most servers have no agents.
  const sdk = await import('@modelcontextprotocol/client');
  const client = new sdk.Client({ name: 'millrace', version });
  const transport = new sdk.StreamableHTTPClientTransport(new URL(url), {
    fetch: boundedFetch(egress, maxAnswerBytes),
    requestInit: {
      headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    },
  });
  try {
    await client.connect(transport, { signal });
    return await work(client, { signal });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('unprocessable', `The MCP server failed: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await client.close().catch(() => undefined);
  }
}

/** The tools of a server, as it names them. Throws `unprocessable` when it cannot be asked. */
export function listMcpTools(deps: McpDeps, where: McpServer): Promise<FunctionTool[]> {
  return withServer(deps, where, async (client, options) => {
    const { tools } = await client.listTools({}, options);
    return tools.slice(0, maxTools).map(({ name, description = '', inputSchema }) => {
      return { name, description, parameters: inputSchema };
    });
  });
}

/** One call; answers the structured result, or the texts. Throws when the tool says it failed. */
export function callMcpTool(
  deps: McpDeps,
  where: McpServer & { tool: string; args: Record<string, unknown> },
): Promise<unknown> {
  return withServer(deps, where, async (client, options) => {
    const params = { name: where.tool, arguments: where.args };
    const result = await client.callTool(params, options);
    const content = (result.content ?? []) as { type: string; text?: string }[];
    const texts = content.flatMap(({ type, text }) => (type === 'text' && text ? [text] : []));
    if (result.isError) throw new AppError('unprocessable', texts.join('\n') || 'It failed.');
    return result.structuredContent ?? (texts.length > 0 ? texts.join('\n') : content);
  });
}
