// Clients whose id is an https address, where their description is: fetched only from the public
// internet, looked at as a registration is, and shown with its host.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTls, type Server } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createBrowser } from '../kit/browser.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, mcpStatus, passLogin, password, redirectUri } from './kit.ts';

const email = 'ann@example.com';

/** A web server on this machine whose certificate this process trusts. */
async function startSite(answer: (path: string) => { status?: number; body: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-site-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const how = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(
    ' ',
  );
  const whom = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...how, ...whom, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pem = readFileSync(cert, 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), pem]);
  const asked: string[] = [];
  const site: Server = createTls({ key: readFileSync(key), cert: pem }, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const { status = 200, body } = answer(path);
    const location = status === 302 ? { location: '/good.json' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...location }).end(body);
  });
  rmSync(folder, { recursive: true });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  return { origin: `https://localhost:${port}`, asked, stop: () => site.close() };
}

describe('clients that describe themselves', () => {
  let server: TestServer;
  let client: ReturnType<typeof createClient>;
  let site: Awaited<ReturnType<typeof startSite>>;

  const described = (path: string, more: Record<string, unknown> = {}): string =>
    JSON.stringify({
      client_id: site.origin + path,
      client_name: 'Described',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      ...more,
    });
  const documents: Readonly<Record<string, () => { status?: number; body: string }>> = {
    '/good.json': () => ({ body: described('/good.json') }),
    '/web.json': () => ({
      body: described('/web.json', { redirect_uris: ['https://app.example.com/callback'] }),
    }),
    '/other.json': () => ({ body: described('/good.json') }),
    '/none.json': () => ({ status: 404, body: described('/none.json') }),
    '/moved.json': () => ({ status: 302, body: '' }),
    '/large.json': () => ({ body: described('/large.json', { x: 'x'.repeat(6000) }) }),
    '/text.json': () => ({ body: 'hello' }),
    '/list.json': () => ({ body: '[]' }),
    '/secret.json': () => ({ body: described('/secret.json', { client_secret: 'x' }) }),
    '/script.json': () => ({
      body: described('/script.json', { redirect_uris: ['javascript:alert(1)', redirectUri] }),
    }),
    '/remote.json': () => ({
      body: described('/remote.json', { redirect_uris: ['http://example.com/', redirectUri] }),
    }),
  };

  before(async () => {
    site = await startSite((path) => documents[path]?.() ?? { status: 404, body: '' });
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: 'localhost' });
    client = createClient(server);
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(async () => {
    await server?.stop();
    site?.stop();
  });

  const ask = (origin: string, clientId: string) =>
    fetch(createClient({ origin }).authorizeUrl(clientId).url, { redirect: 'manual' });

  it('connect without registering; the page names the host and warns', async () => {
    const clientId = `${site.origin}/good.json`;
    const browser = createBrowser();
    const login = await browser.go(client.authorizeUrl(clientId).url);
    const page = await passLogin(browser, login, email);
    const text = page.body.replaceAll(/<[^>]+>|\s+/g, ' ');
    assert.ok(text.includes(new URL(clientId).host), text);
    assert.match(text, /any program on your computer/i);
    const tokens = await client.connect(email, { clientId });
    assert.equal(await mcpStatus(server, tokens.access_token), 200);
    assert.equal((await client.refresh(clientId, tokens.refresh_token)).status, 200);
    assert.equal(site.asked.filter((path) => path === '/good.json').length, 1, 'asked once');
  });

  it('are not warned of where the answer goes to a site', async () => {
    const browser = createBrowser();
    const clientId = `${site.origin}/web.json`;
    const { url } = client.authorizeUrl(clientId, {
      redirect_uri: 'https://app.example.com/callback',
    });
    const page = await passLogin(browser, await browser.go(url), email);
    assert.match(page.body, /app\.example\.com/);
    assert.doesNotMatch(page.body, /any program on your computer/i);
  });

  for (const path of Object.keys(documents).slice(2)) {
    it(`${path} is no description`, async () => {
      const answer = await ask(server.origin, site.origin + path);
      assert.ok([400, 401].includes(answer.status), String(answer.status));
      assert.equal(answer.headers.get('location'), null);
      const { status, body } = await client.refresh(site.origin + path, 'x'.repeat(43));
      assert.ok([400, 401].includes(status), JSON.stringify(body));
      assert.equal(body.access_token, undefined);
    });
  }

  it('are fetched from nowhere but the public internet', async () => {
    const plain = await startTestServer();
    let connections = 0;
    const trap = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const { port } = trap.address() as AddressInfo;
    const hosts = [
      ...['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0.0.0.0'],
      ...['[::1]', '[::ffff:127.0.0.1]', '[::]', '[fd00::1]', '[fe80::1]'],
      ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ];
    try {
      for (const host of hosts) {
        const answer = await ask(plain.origin, `https://${host}:${port}/client.json`);
        assert.ok([400, 401].includes(answer.status), `${host} ${answer.status}`);
        assert.equal(answer.headers.get('location'), null, host);
      }
      const odd = ['http://example.com/c.json', 'https://a@localhost/c.json', 'ftp://localhost/c'];
      for (const clientId of [...odd, 'https://localhost/../c', 'https://localhost/c#x']) {
        assert.ok([400, 401].includes((await ask(plain.origin, clientId)).status), clientId);
      }
      assert.equal(connections, 0);
    } finally {
      trap.close();
      await plain.stop();
    }
  });
});
