// The security list of the MCP face, on whole servers: a test a row, named by its number. Rows that
// another test proves name it, and the last test looks whether it is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { legacy, type Loose, messagesOf, modern } from '../mcp/kit.ts';

/** Row, file and title of the test that proves it. */
const elsewhere: readonly [row: number, file: string, title: string][] = [
  [1, 'test/security/gateway.test.ts', '1: no token of ours reaches a service'],
  [1, 'test/gateway/upstreams-hostile.test.ts', 'the server sees no token of ours'],
  [2, 'test/oauth/dance.test.ts', 'goes from registering to being revoked'],
  [5, 'test/oauth/dance.test.ts', 'goes from registering to being revoked'],
  [7, 'test/oauth/dance.test.ts', 'goes from registering to being revoked'],
  [11, 'test/mcp/asking.test.ts', 'refuse a state that is forged, late, or for another person'],
  [11, 'test/mcp/asking.test.ts', 'may be answered once where that matters'],
  [11, 'test/mcp/confirm.test.ts', 'is bound to the person, the tool, the arguments'],
  [12, 'src/egress/egress.test.ts', 'is refused before anything is sent'],
  [13, 'test/security/gateway.test.ts', '13: no service is inside the network'],
  [13, 'test/gateway/windmill.test.ts', 'E18 addresses of private networks are refused'],
  [14, 'test/gateway/upstreams-hostile.test.ts', 'F06 a definition that changes goes into'],
  [14, 'test/gateway/upstreams-hostile.test.ts', 'F06 poisoned descriptions'],
  [14, 'test/gateway/upstreams-values.test.ts', 'D01 definitions of tools are masked'],
  [17, 'test/oauth/step-up.test.ts', 'leads nowhere for what the person may not use'],
  [18, 'test/gateway/upstreams.test.ts', 'a program runs in the sandbox, without the environment'],
  [18, 'test/gateway/upstreams.test.ts', 'only an instance admin registers a program'],
  [20, 'src/base/arguments.test.ts', 'a pattern cannot hold up the server'],
  [22, 'test/mcp/wire.test.ts', 'dispatcher and SDK answer alike'],
  [26, 'test/security/gateway.test.ts', '26: a person is sent to http addresses alone'],
];

/** Of log-in and consent: `test/oauth` and `test/browser`. */
const ofOAuth = [3, 4, 6, 27];

const nowhere = '00000000-0000-7000-8000-000000000000';
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('the security list', () => {
  let server: TestServer;
  let mine = '';
  let hers = '';
  const secrets: string[] = [];
  const secretValue = 'hunter2-in-the-vault';

  async function op(name: string, input: object = {}, token?: string): Promise<Loose> {
    const answer = await server.op(name, input, token);
    assert.equal(answer.status, 200, `${name}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  const address = () => `/api/mcp/w/${server.workspace}/mcp`;

  function post(message: { body: object; headers: object }, token: string, more: object = {}) {
    const headers = { ...json, ...message.headers, ...more } as Record<string, string>;
    const body = JSON.stringify(message.body);
    return server.fetch(address(), { method: 'POST', token, headers, body });
  }

  async function call(name: string, args: object, token = mine): Promise<Loose> {
    const response = await post(modern('tools/call', { name, arguments: args }), token);
    const [message] = await messagesOf(response);
    return message.result ?? message;
  }

  const runs = (name: string, content: string) =>
    op('scripts.create', { path: `f/team/${name}`, language: 'bun', content });

  before(async () => {
    server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
    mine = await server.tokenWith(['mcp:all']);
    const [email, password] = ['ann@example.com', 'a password of her own'];
    await op('users.create', { email, password });
    await op('members.add', { email, username: 'ann', role: 'developer' });
    const { token } = await op('session.login', { email, password });
    hers = (await op('tokens.create', { scopes: ['mcp:all'] }, token)).token;
    await op('folders.create', { name: 'team' });
    await op('variables.create', { path: 'f/team/key', value: secretValue, isSecret: true });
    secrets.push(mine, hers, token, server.token, password, server.owner.password, secretValue);
  });
  after(() => server?.stop());

  it('8: foreign origins and hosts are refused, programs come in', async () => {
    const list = modern('tools/list');
    const rows: [headers: object, status: number][] = [
      [{}, 200],
      [{ origin: server.origin }, 200],
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: `${server.origin}.evil.example` }, 403],
    ];
    for (const [headers, status] of rows) {
      assert.equal((await post(list, mine, headers)).status, status, JSON.stringify(headers));
    }
    const { port } = new URL(server.origin);
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example', authorization: `Bearer ${mine}` };
      request({ port, host: '127.0.0.1', path: address(), method: 'POST', headers })
        .once('response', (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  it('9: a session is no proof of who one is, and nobody else’s', async () => {
    const hello = legacy('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'x', version: '1' },
    });
    const opened = await post(hello, mine);
    await opened.text();
    const id = opened.headers.get('mcp-session-id') ?? '';
    // 24 random bytes.
    assert.match(id, /^[\w-]{32}$/);
    const status = async (token: string, session: string) =>
      (await post(legacy('tools/list'), token, { 'mcp-session-id': session })).status;
    assert.equal(await status(mine, id), 200);
    assert.equal(await status(hers, id), 404);
    assert.equal(await status('wrong', id), 401);
    assert.equal(await status(mine, `${id.slice(0, -1)}~`), 404);
  });

  it('10: ids of another person answer like ids of nothing, over every tool', async () => {
    await runs('private', 'export const main = () => 1');
    const { id } = await op('jobs.run', { path: 'f/team/private' });
    await op('jobs.wait', { id });
    const listed = await (await post(modern('tools/list'), hers)).text();
    const { tools } = JSON.parse(listed).result;
    const takingIds = tools.filter((tool: Loose) => 'id' in tool.inputSchema.properties);
    const names: string[] = takingIds.map((tool: Loose) => tool.name);
    for (const name of ['getJob', 'getJobLogs', 'waitJob', 'cancelJob', 'rerunJob', 'resumeFlow']) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, inputSchema } of takingIds) {
      const needed: string[] = inputSchema.required ?? [];
      const more = Object.fromEntries(
        needed.filter((key) => key !== 'id').map((key) => [key, 'a']),
      );
      const theirs = JSON.stringify(await call(name, { ...more, id }, hers));
      const absent = JSON.stringify(await call(name, { ...more, id: nowhere }, hers));
      assert.equal(theirs.replaceAll(id, nowhere), absent, name);
      assert.match(theirs, /not_found/, name);
    }
  });

  it('15: no script takes the name of a built-in tool, or of another script', async () => {
    await runs('deleteVariable', 'export const main = () => 1');
    const listed = await (await post(modern('tools/list'), mine)).text();
    const names: string[] = JSON.parse(listed).result.tools.map((tool: Loose) => tool.name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes('s-f_team_deleteVariable'), names.join(' '));
  });

  it('16: results are capped, and link nowhere but to this server', async () => {
    await runs(
      'loud',
      `export const main = () => ({
        link: 'javascript:alert(1)',
        content: [{ type: 'resource_link', uri: 'file:///etc/passwd', name: 'x' }],
        text: 'a'.repeat(500_000),
      })`,
    );
    const result = await call('s-f_team_loud', {});
    assert.ok(JSON.stringify(result).length < 200_000, 'capped');
    const links = result.content.filter((block: Loose) => block.type === 'resource_link');
    assert.ok(links.length > 0);
    for (const { uri } of links) assert.ok(uri.startsWith(`${server.origin}/`), uri);
  });

  it('17: what is not listed is refused by name too', async () => {
    const readOnly = await server.tokenWith(['mcp:all'], { readOnly: true });
    const narrow = await server.tokenWith(['mcp:endpoints:getJob']);
    secrets.push(readOnly, narrow);
    for (const token of [readOnly, narrow]) {
      const result = await call('createVariable', { path: 'f/team/x', value: 'x' }, token);
      const { code } = result.structuredContent.error;
      assert.match(code, /^(forbidden|insufficient_scope)$/);
    }
    assert.equal((await op('variables.exists', { path: 'f/team/x' })) as unknown, false);
  });

  it('19: nobody is sent to an address: who can only open pages is asked nothing', async () => {
    await op('variables.create', { path: 'f/team/kept', value: 'x' });
    const wanted = { name: 'deleteVariable', arguments: { path: 'f/team/kept' } };
    const capabilities = { elicitation: { url: {} } };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
    const stateless = await post(modern('tools/call', wanted, { meta }), mine);
    const hello = { protocolVersion: '2025-11-25', clientInfo: { name: 'x', version: '1' } };
    const opened = await post(legacy('initialize', { ...hello, capabilities }), mine);
    await opened.text();
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    const inSession = await post(legacy('tools/call', wanted), mine, session);
    for (const response of [stateless, inSession]) {
      const messages = await messagesOf(response);
      assert.equal(messages.length, 1, 'no request comes before the answer');
      assert.equal(messages[0].result.structuredContent.error.code, 'confirmation_required');
      assert.doesNotMatch(JSON.stringify(messages), /elicitation|"mode":"url"/);
    }
    assert.equal((await op('variables.exists', { path: 'f/team/kept' })) as unknown, true);
  });

  it('20: depth, size and number of arguments are bounded', async () => {
    let deep: Loose = 1;
    for (let level = 0; level < 200; level += 1) deep = { a: deep };
    const nested = await post(modern('tools/call', { name: 'getJob', arguments: deep }), mine);
    assert.equal(nested.status, 400);
    await nested.text();
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, at]));
    const told = await call('getJob', many);
    assert.equal(told.isError, true);
    assert.ok(JSON.stringify(told).length < 20_000, 'the refusal does not repeat them');
  });

  it('21: who floods is told to slow down, then refused; bodies, headers are capped', async () => {
    const limited = await startTestServer({ MILLRACE_MCP_RATE: '3' }, { beside: server });
    try {
      const send = (token: string) => {
        const { body, headers } = modern('tools/call', {
          name: 'listVariable',
          arguments: {},
        });
        return limited.fetch(address(), {
          method: 'POST',
          token,
          headers: { ...json, ...headers },
          body: JSON.stringify(body),
        });
      };
      const results: Loose[] = [];
      for (let at = 0; at < 4; at += 1) {
        results.push((await messagesOf(await send(mine)))[0].result);
      }
      assert.deepEqual(
        results.map((result) => result.isError === true),
        [false, false, false, true],
      );
      const { code, details } = results[3].structuredContent.error;
      assert.equal(code, 'rate_limited');
      assert.ok(details.retryAfterSecs > 0);
      const statuses: number[] = [];
      let last = await send(mine);
      for (; statuses.length < 20 && last.status !== 429; last = await send(mine)) {
        statuses.push(last.status);
        await last.text();
      }
      assert.equal(last.status, 429);
      assert.match(last.headers.get('retry-after') ?? '', /^\d+$/);
      await last.text();
    } finally {
      await limited.stop();
    }
    const huge = await post(modern('tools/call', { name: 'x'.repeat(4_300_000) }), mine, {
      'mcp-name': 'x',
    });
    assert.equal(huge.status, 413);
    await huge.text();
    const headers = await post(modern('tools/list'), mine, { 'x-long': 'x'.repeat(40_000) });
    assert.equal(headers.status, 431);
    await headers.text();
  });

  it('22: headers that say something else than the body are refused', async () => {
    for (const [name, value] of [
      ['mcp-method', 'tools/list'],
      ['mcp-name', 'deleteVariable'],
      ['mcp-protocol-version', '2025-11-25'],
    ] as const) {
      const wanted = modern('tools/call', { name: 'listVariable', arguments: {} });
      const response = await post(wanted, mine, { [name]: value });
      assert.equal(response.status, 400, name);
      assert.match(await response.text(), /-32020/, name);
    }
  });

  it('23: what a person is shown is for nobody else’s cache', async () => {
    const listed = await (await post(modern('tools/list'), mine)).text();
    assert.equal(JSON.parse(listed).result.cacheScope, 'private');
    const other = await (await post(modern('tools/list'), hers)).text();
    assert.match(listed, /s-f_team_loud/);
    assert.doesNotMatch(other, /s-f_team_loud/);
  });

  it('24: no log line and no audit row has a token, a password or a secret', async () => {
    await server.fetch(`${address()}?token=${mine}`, {
      method: 'POST',
      token: null,
      headers: json,
    });
    await call('getVariable', { path: 'f/team/key', decrypt_secret: true });
    const audit = JSON.stringify(await op('audit.list', { perPage: 1000 }));
    const logged = server.logLines.join('\n');
    for (const secret of secrets) {
      assert.ok(!logged.includes(secret), 'the log has one');
      assert.ok(!audit.includes(secret), 'the audit log has one');
    }
  });

  it('25: a dump of the database has no token, password or secret in the clear', async () => {
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    try {
      const { rows: tables } = await client.query(
        `select relname as name from pg_class
         where relkind = 'r' and relnamespace = 'public'::regnamespace`,
      );
      assert.ok(tables.length > 20);
      for (const { name } of tables) {
        const { rows } = await client.query(`select row_to_json(t)::text as row from ${name} as t`);
        const text = rows.map(({ row }) => row).join('\n');
        for (const secret of secrets) assert.ok(!text.includes(secret), `${name} has one`);
      }
    } finally {
      await client.end();
    }
  });

  it('names a test for every row', () => {
    const here = [8, 9, 10, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25];
    const told = [...here, ...elsewhere.map(([row]) => row), ...ofOAuth];
    const rows = Array.from({ length: 27 }, (_, at) => at + 1);
    assert.deepEqual(
      rows.filter((row) => !told.includes(row)),
      [],
    );
    for (const [row, file, title] of elsewhere) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      assert.ok(text.includes(title), `${row}: ${file} has no "${title}"`);
    }
  });
});
