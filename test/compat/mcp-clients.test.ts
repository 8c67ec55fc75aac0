// Clients that others wrote, as people run them: the Inspector's command line and mcp-remote list
// and call the tools of a whole server with a token.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from '../mcp/kit.ts';

const binaries = new URL('../../node_modules/.bin/', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'millrace-clients-'));

let server: TestServer;
let url = '';
let token = '';
before(async () => {
  server = await startTestServer();
  url = `${server.origin}/api/mcp/w/${server.workspace}/mcp`;
  token = await server.tokenWith(['mcp:all']);
});
after(async () => {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Starts a client on this Node, with nothing of the test's own environment but the path. */
function startClient(name: string, args: readonly string[]) {
  return spawn(process.execPath, [join(binaries, name), ...args], {
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: home,
      MCP_REMOTE_CONFIG_DIR: home,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function inspect(...args: string[]): Promise<Loose> {
  return inspectAt(url, args);
}

async function inspectAt(address: string, args: readonly string[]): Promise<Loose> {
  const header = `Authorization: Bearer ${token}`;
  const all = ['--cli', address, '--transport', 'http', '--header', header, ...args];
  const child = startClient('inspector', all);
  child.stdin.end();
  let printed = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0, complaints);
  return JSON.parse(printed);
}

for (const era of ['auto', 'modern', 'legacy']) {
  test(`the Inspector lists and calls: era ${era}`, async () => {
    const { tools } = await inspect('--protocol-era', era, '--method', 'tools/list');
    assert.ok(tools.some(({ name }: { name: string }) => name === 's-f_examples_hello'));
    const greet = '--method tools/call --tool-name s-f_examples_hello --tool-arg name=Ann';
    const called = await inspect('--protocol-era', era, ...greet.split(' '));
    assert.equal(called.structuredContent.greeting, 'Hello, Ann.');
  });
}

test('the Inspector finds no schema that a strict client would refuse', async () => {
  await inspect('--strict', '--method', 'tools/list');
});

test('the Inspector connects at every other address', async () => {
  const paths = ['/api/mcp/w/test/sse', '/api/mcp/gateway', '/api/mcp', '/mcp'];
  for (const path of paths) {
    const { tools } = await inspectAt(server.origin + path, ['--method', 'tools/list']);
    const names: string[] = tools.map(({ name }: { name: string }) => name);
    const own = path.includes('/w/') ? 's-f_examples_hello' : 'list_workspaces';
    assert.ok(names.includes(own), `${path}: ${names.join(' ')}`);
  }
});

test('mcp-remote lists and calls', async () => {
  const header = `Authorization: Bearer ${token}`;
  const child = startClient('mcp-remote', [url, '--allow-http', '--header', header]);
  child.stderr.resume();
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method: string, params: unknown): Promise<Loose> => {
    id += 1;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const { value } = await answers.next();
    const message = JSON.parse(value as string);
    assert.equal(message.id, id, String(value));
    return message.result;
  };
  const greeting = await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  assert.equal(greeting.serverInfo.name, 'millrace');
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const { tools } = await ask('tools/list', {});
  assert.ok(tools.some(({ name }: { name: string }) => name === 's-f_examples_hello'));
  const called = await ask('tools/call', {
    name: 's-f_examples_hello',
    arguments: { name: 'Bo', excited: true },
  });
  assert.equal(called.structuredContent.greeting, 'Hello, Bo!');
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  child.kill();
  await ended;
});

test('a token in the address is enough where no header can be set', async () => {
  const listing = '--transport http --method tools/list'.split(' ');
  const child = startClient('inspector', ['--cli', `${url}?token=${token}`, ...listing]);
  child.stdin.end();
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  assert.ok(JSON.parse(printed).tools.length > 10);
  assert.ok(!server.logLines.some((line) => line.includes(token)));
});
