// A model at the MCP endpoint of a whole server: lists and calls tools with one token.
import assert from 'node:assert/strict';
import type { TestServer } from '../kit/server.ts';
import { type Loose, messagesOf, modern } from './kit.ts';

export interface Model {
  send(method: string, params?: Loose): Promise<Loose>;
  /** The result of a tool, or the message with the protocol's error. */
  call(name: string, args?: Loose): Promise<Loose>;
  list(): Promise<Loose[]>;
}

/** `address`: a query at the endpoint of the workspace, or another endpoint, such as `/mcp`. */
export function modelAt(server: TestServer, token: string, address = ''): Model {
  const own = `/api/mcp/w/${server.workspace}/mcp${address}`;
  const endpoint = address.startsWith('/') ? address : own;
  async function send(method: string, params: Loose = {}): Promise<Loose> {
    const { body, headers } = modern(method, params);
    const response = await server.fetch(endpoint, {
      method: 'POST',
      token,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
    });
    const [message] = await messagesOf(response);
    assert.ok(message, `HTTP ${response.status}`);
    return message.result ?? message;
  }
  return {
    send,
    call: (name, args = {}) => send('tools/call', { name, arguments: args }),
    list: async () => (await send('tools/list')).tools,
  };
}
