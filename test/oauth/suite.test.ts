// The protocol's own test suite against the authorization server: its two scenarios, the second one
// with a person who consents.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, passLogin, password } from './kit.ts';

const program = new URL(
  '../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
  import.meta.url,
).pathname;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

describe('the conformance suite of the protocol', () => {
  let server: TestServer;
  const email = 'ann@example.com';
  before(async () => {
    server = await startTestServer();
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(() => server?.stop());

  async function consent(address: string): Promise<void> {
    const browser = createBrowser();
    const page = await passLogin(browser, await browser.go(address), email);
    assert.equal(page.status, 200, page.body);
    const back = await browser.submit(page);
    await (await fetch(back.url)).text();
  }

  it('A01 finds both of its scenarios passed', async () => {
    const port = await freePort();
    const client = await createClient(server).register({
      client_name: 'Conformance',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
    });
    const resource = `${server.origin}/api/mcp/w/${server.workspace}/mcp`;
    const args = ['authorization', '--url', server.origin, '--resource', resource];
    const who = ['--client-id', client.body.client_id, '--port', String(port)];
    const child = spawn(process.execPath, [program, ...args, ...who], {
      env: { PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    let isAsked = false;
    const listen = (line: string): void => {
      lines.push(line);
      const address = /https?:\/\/\S+\/authorize\?\S+/.exec(line)?.[0];
      if (address === undefined || isAsked) return;
      isAsked = true;
      consent(address).catch((error: unknown) => {
        lines.push(String(error));
        child.kill('SIGKILL');
      });
    };
    createInterface({ input: child.stdout }).on('line', listen);
    createInterface({ input: child.stderr }).on('line', listen);
    const code = await new Promise((resolve) => child.once('close', resolve));
    const printed = lines.join('\n');
    assert.equal(code, 0, printed);
    assert.ok(isAsked, printed);
    const scenarios = ['authorization-server-metadata-endpoint', 'authorization-code-grant'];
    for (const scenario of scenarios) {
      const passed = new RegExp(`${scenario}.*(?:✓|SUCCESS|passed)|✓.*${scenario}`);
      assert.match(printed, passed);
    }
    assert.doesNotMatch(printed, /FAILURE|SKIPPED|✗|[1-9]\d* failed/);
  });
});
