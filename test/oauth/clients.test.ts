// Real clients without anything but the address: each finds the way, sends a person to log in and
// consent, lists, calls, refreshes by itself, and is out when the person revokes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import { type MovingClock, movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { passLogin, password } from './kit.ts';
import { type RealClient, realClients, type Visit } from './real-clients.ts';

const hour = 3_600_000;

describe('real clients by OAuth', () => {
  const { clients, remove } = realClients();
  const email = 'ann@example.com';
  let server: TestServer;
  let clock: MovingClock;

  before(async () => {
    clock = movingClock();
    server = await startTestServer({}, { clock });
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(async () => {
    await server?.stop();
    remove();
  });

  const addresses: Readonly<Record<string, string>> = {
    'SDK v1': '/api/mcp/w/test/mcp',
    'SDK v2': '/api/mcp/w/test/mcp',
    Inspector: '/api/mcp/w/test/mcp',
    'mcp-remote': '/api/mcp/w/test/sse',
  };

  const consent: Visit = async (address) => {
    const browser = createBrowser();
    const page = await passLogin(browser, await browser.go(address), email);
    assert.match(page.body, /wants to connect/);
    return new URL((await browser.submit(page)).url);
  };

  async function greets(client: RealClient, url: string, visit: Visit): Promise<void> {
    const { tools, greeting } = await client.use(url, visit);
    assert.ok(tools.includes('s-f_examples_hello'), tools.join());
    assert.equal(greeting, 'Hello, Ann.');
  }

  for (const client of clients) {
    it(`${client.name}: from the address alone to being refused`, async () => {
      const url = server.origin + (addresses[client.name] ?? '');
      let visits = 0;
      const visit: Visit = (address) => {
        visits += 1;
        return consent(address);
      };
      const use = () => greets(client, url, visit);
      await use();
      assert.equal(visits, 1);
      await use();
      assert.equal(visits, 1, 'the stored token is good');
      clock.pass(8 * hour + 60_000);
      await use();
      assert.equal(visits, 1, 'an expired token is refreshed without the person');

      const login = await server.op('session.login', { email, password }, 'none');
      const { token } = login.body;
      const { body: connections } = await server.op('connections.list', {}, token);
      assert.equal(connections.length, 1);
      assert.ok(connections[0].lastUsedAt > 0);
      await server.op('connections.revoke', { id: connections[0].id }, token);
      let asked = '';
      const stop: Visit = (address) => {
        asked = address;
        return Promise.reject(new Error('nobody is there'));
      };
      await assert.rejects(client.use(url, stop));
      assert.match(asked, /\/authorize\?/, 'refused: it begins from the beginning');
    });
  }

  const remote = clients.find(({ name }) => name === 'mcp-remote');
  for (const path of ['/api/mcp/w/test/mcp', '/api/mcp/gateway', '/api/mcp', '/mcp']) {
    it(`mcp-remote: from ${path} to a call`, async () => {
      assert.ok(remote);
      await greets(remote, server.origin + path, consent);
    });
  }
});
