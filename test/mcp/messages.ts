// Requests as clients of both eras send them, and answers as they read them.

/** Answers that a test looks into and asserts about, whatever they are. */
export type Loose = any;

const prefix = 'io.modelcontextprotocol/';

/** A request of the stateless era, with the headers that belong to it. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  { id = 1, meta = {} }: { id?: string | number; meta?: Record<string, unknown> } = {},
): { body: Record<string, unknown>; headers: Record<string, string> } {
  const body = {
    jsonrpc: '2.0',
    id,
    method,
    params: {
      ...params,
      _meta: {
        [`${prefix}protocolVersion`]: '2026-07-28',
        [`${prefix}clientCapabilities`]: {},
        [`${prefix}clientInfo`]: { name: 'test', version: '1' },
        ...meta,
      },
    },
  };
  const headers: Record<string, string> = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
  };
  return { body, headers };
}

/** A request of the handshake era. */
export function legacy(
  method: string,
  params?: Record<string, unknown>,
  id: string | number = 1,
): { body: Record<string, unknown>; headers: Record<string, string> } {
  const body = { jsonrpc: '2.0', id, method, ...(params && { params }) };
  return { body, headers: { 'mcp-protocol-version': '2025-11-25' } };
}

/** The messages of an answer, whether JSON or a stream of events. */
export async function messagesOf(response: Response): Promise<Loose[]> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return text === '' ? [] : [JSON.parse(text)].flat();
  }
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
}

/** The events of a stream as they come: messages parsed, other events as their text. */
export async function* eventsOf(response: Response): AsyncGenerator<Loose> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const line = part.split('\n').find((one) => one.startsWith('data: '));
      if (line) yield line.startsWith('data: {') ? JSON.parse(line.slice(6)) : line.slice(6);
    }
  }
}
