// Servers that share a database, one of which is killed in the middle; and what somebody learns
// who reads the database or the log.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createBrowser } from '../kit/browser.ts';
import { dropDatabase, freshDatabaseUrl } from '../kit/database.ts';
import { startTestServer } from '../kit/server.ts';
import { type ServerProcess, startProcess, temporaryFolder } from '../kit/spawned-server.ts';
import { createClient, mcpStatus, passLogin, password } from './kit.ts';

const workspace = 'test';
const email = 'ann@example.com';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

describe('server processes on one database', () => {
  const folder = temporaryFolder();
  let databaseUrl = '';
  let one: ServerProcess;
  let two: ServerProcess;
  let ports: [number, number];
  const masterKey = randomBytes(32).toString('hex');

  const start = (index: 0 | 1): Promise<ServerProcess> =>
    startProcess(
      `${folder.path}/${index}`,
      {
        MILLRACE_DATABASE_URL: databaseUrl,
        MILLRACE_MASTER_KEY: masterKey,
        MILLRACE_BASE_URL: `http://127.0.0.1:${ports[0]}`,
        MILLRACE_OWNER_EMAIL: email,
        MILLRACE_OWNER_PASSWORD: password,
        MILLRACE_WORKSPACE: workspace,
        MILLRACE_WORKER_SLOTS: '1',
      },
      ports[index],
    );

  before(async () => {
    databaseUrl = await freshDatabaseUrl();
    ports = [await freePort(), await freePort()];
    one = await start(0);
    two = await start(1);
  });
  after(async () => {
    await two?.stop();
    await one?.stop();
    folder.remove();
    if (databaseUrl !== '') await dropDatabase(databaseUrl);
  });

  it('what begins on one goes on at the other, also when the first is killed', async () => {
    const [first, second] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
    const elsewhere = (address: string): string => address.replace(first, second);
    const clientOfFirst = createClient({ origin: first });
    const clientOfSecond = createClient({ origin: second });
    const clientId = await clientOfFirst.clientId();

    const browser = createBrowser();
    const { url, verifier } = clientOfFirst.authorizeUrl(clientId);
    const login = await browser.go(url);
    const consent = await passLogin(browser, { ...login, url: elsewhere(login.url) }, email);
    assert.match(consent.body, /wants to connect/);
    assert.ok(consent.url.startsWith(second), consent.url);
    const resumed = await browser.submit(consent);
    assert.ok(resumed.url.startsWith(`${first}/authorize/`), resumed.url);
    const back = new URL((await browser.go(resumed.url)).url);
    assert.equal(back.searchParams.get('iss'), first);
    const code = back.searchParams.get('code') ?? '';

    await one.kill9();
    const fields = { client_id: clientId, code, code_verifier: verifier };
    const { status, body } = await clientOfSecond.code(fields);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(await mcpStatus({ origin: second, workspace }, body.access_token), 200);

    one = await start(0);
    assert.equal(await mcpStatus({ origin: first, workspace }, body.access_token), 200);
    const again = await clientOfFirst.refresh(clientId, body.refresh_token);
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.equal((await clientOfSecond.revoke(clientId, again.body.access_token)).status, 200);
    assert.equal(
      await mcpStatus({ origin: second, workspace }, again.body.access_token),
      401,
      'where it was revoked it ends at once',
    );
    assert.equal((await clientOfFirst.code(fields)).status, 400, 'a code twice, at the other one');
    const dead = await clientOfFirst.refresh(clientId, again.body.refresh_token);
    assert.deepEqual([dead.status, dead.body.error], [400, 'invalid_grant']);
  });
});

/** Every row of every table, as text. */
async function dumpOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
    );
    const lines: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query(
        `select row_to_json(each)::text as row from ${name} each`,
      );
      lines.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return lines.join('\n');
  } finally {
    await client.end();
  }
}

describe('what is kept and logged', () => {
  it('opens nothing: no token, code, secret, verifier or cookie is in it', async () => {
    const server = await startTestServer();
    try {
      const client = createClient(server);
      await server.op('users.create', { email, password });
      await server.op('members.add', { email, username: 'ann', role: 'developer' });
      const clientId = await client.clientId();
      const redirectUris = ['https://portal.example.com/callback'];
      const made = await server.op('oauthClients.create', {
        name: 'Portal',
        redirectUris,
        secret: true,
      });
      const browser = createBrowser();
      const unused = await client.consented(email, { clientId, browser });
      const used = await client.consented(email, { clientId, browser });
      const tokens = (await client.code(used)).body;
      assert.equal(await mcpStatus(server, tokens.access_token), 200);
      const next = (await client.refresh(clientId, tokens.refresh_token)).body;
      const secrets = {
        password,
        'client secret': made.body.secret,
        'unused code': unused.code,
        'used code': used.code,
        verifier: used.code_verifier,
        'access token': tokens.access_token,
        'refresh token': tokens.refresh_token,
        'next access token': next.access_token,
        'next refresh token': next.refresh_token,
      };
      const dump = await dumpOf(server.databaseUrl);
      assert.ok(dump.includes(clientId), 'the dump is one');
      const log = server.logLines.join('\n');
      assert.ok(log.includes('"/token"'), 'the log is one');
      for (const [what, secret] of Object.entries(secrets)) {
        assert.ok(typeof secret === 'string' && secret.length > 8, what);
        assert.ok(!dump.includes(secret), `the ${what} is in the database`);
        assert.ok(!log.includes(secret), `the ${what} is in the log`);
      }
      const cookies = browser.cookieValues().filter((value) => value.length > 8);
      assert.ok(cookies.length > 0);
      for (const cookie of cookies) {
        assert.ok(!dump.includes(cookie), `a cookie is in the database: ${cookie}`);
        assert.ok(!log.includes(cookie), 'a cookie is in the log');
      }
    } finally {
      await server.stop();
    }
  });
});
