// The web server in front of a small real door: who may come in with which token where, what is
// refused of addresses, hosts, origins and bodies, and in which form. Rows: call, answer, and what
// must not be in it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { InjectOptions } from 'fastify';
import { noFiles, noOAuth, noRoutes, noServices, testDoor } from '../../../test/kit/door.ts';
import { createLog, createMetrics, systemClock } from '../../base/index.ts';
import { createMcp } from '../mcp/index.ts';
import { createAuthentication } from './authenticate.ts';
import { createGate } from './gate.ts';
import { createGuard, createRateLimit } from './rate-limit.ts';
import { createRefusals } from './refusals.ts';
import { createApp } from './server.ts';

const baseUrl = 'https://millrace.example.com';

function testApp(host = '127.0.0.1') {
  const { door, identity, audit } = testDoor();
  const logLines: string[] = [];
  const state = { draining: false };
  const log = createLog('debug', (line) => logLines.push(line));
  const clock = systemClock;
  const mcp = createMcp({
    door,
    log,
    clock,
    origin: () => baseUrl,
    version: '1.2.3',
    waitMs: 1000,
    runnables: async () => ({ version: '0', tools: [] }),
    workspaces: async () => [],
    onToolsChanged: () => () => undefined,
    deriveKey: async () => Buffer.alloc(32),
    spend: async () => true,
  });
  const draining = () => state.draining;
  const authentication = createAuthentication({ identity, baseUrl });
  const app = createApp({
    deps: {
      door,
      identity,
      config: {
        host,
        port: 0,
        baseUrl,
        workspace: 'main',
        anonymousPerMinute: 0,
        mcpCallsPerMinute: 0,
        trustedProxies: [],
        metricsOpen: false,
      },
      version: '1.2.3',
      log,
      clock,
      metrics: createMetrics(),
      isWell: async () => true,
      mcp,
      routes: noRoutes,
      oauth: noOAuth,
      files: noFiles,
      gateway: noServices,
    },
    gate: createGate({
      door,
      authentication,
      rateLimit: createRateLimit({ clock, perMinute: 0 }),
      loginLimit: createRateLimit({ clock, perMinute: 0 }),
      guarded: createGuard({ clock }),
      refusals: createRefusals({ clock, door, log, perMinute: 0 }),
      draining,
    }),
    origin: () => baseUrl,
    draining,
  });
  return { app, audit, logLines, state };
}

interface Row {
  says: string;
  call: InjectOptions & { url: string };
  status: number;
  contains?: RegExp;
  never?: RegExp;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const whoami = '/api/w/main/users/whoami';
const run = '/api/w/main/jobs/run_wait_result/p/f/team/report';
const mcpUrl = '/api/mcp/w/main/mcp';
const json = { 'content-type': 'application/json' };
const anyToken = /mr_|mrs_|mrj_/;

describe('the web server', () => {
  const server = testApp();
  before(() => server.app.ready());
  after(() => server.app.close());

  async function check(rows: readonly Row[]): Promise<void> {
    for (const { says, call, status, contains, never } of rows) {
      const answer = await server.app.inject({ method: 'GET', ...call });
      const whole = `${JSON.stringify(answer.headers)}\n${answer.body}`;
      assert.equal(answer.statusCode, status, `${says}: ${whole}`);
      if (contains) assert.match(whole, contains, says);
      if (never) assert.doesNotMatch(whole, never, says);
    }
  }

  it('takes each token where it belongs, and nowhere else', async () => {
    const refusedInAddress = /may not stand in an address/;
    await check([
      { says: 'nobody', call: { url: whoami }, status: 401, contains: /Bearer realm/ },
      { says: 'full token', call: { url: whoami, headers: bearer('mr_full') }, status: 200 },
      {
        says: 'session',
        call: { url: whoami, headers: bearer('mrs_session') },
        status: 200,
        contains: /"cache-control":"no-store"/,
      },
      { says: 'job', call: { url: whoami, headers: bearer('mrj_job') }, status: 200 },
      {
        says: 'unknown token',
        call: { url: whoami, headers: bearer('mr_nothing') },
        status: 401,
        contains: /unknown, expired or revoked/,
        never: /mr_nothing/,
      },
      {
        says: 'another scheme',
        call: { url: whoami, headers: { authorization: 'Basic bXJfZnVsbDo=' } },
        status: 401,
        contains: /no Bearer token/,
      },
      {
        says: 'an MCP token at REST',
        call: { url: whoami, headers: bearer('mr_mcp') },
        status: 403,
        contains: /only mcp: scopes \(mcp:all\)/,
      },
      ...['mr_full', 'mr_mcp', 'mr_run', 'mrs_session', 'mrj_job', 'mr_nothing'].map((token) => ({
        says: `${token} in the address of a plain route`,
        call: { url: `${whoami}?token=${token}` },
        status: 401,
        contains: refusedInAddress,
        never: anyToken,
      })),
      ...['mr_full', 'mr_mixed', 'mrs_session', 'mrj_job'].map((token) => ({
        says: `${token} in the address of a run`,
        call: { url: `${run}?token=${token}`, method: 'POST' as const },
        status: 401,
        contains: refusedInAddress,
        never: anyToken,
      })),
      { says: 'run token', call: { url: `${run}?token=mr_run`, method: 'POST' }, status: 200 },
      { says: 'run token by GET', call: { url: `${run}?a=1&token=mr_run` }, status: 200 },
      {
        says: 'run token, other folder',
        call: { url: `/api/w/main/jobs/run_wait_result/p/f/x/y?token=mr_run` },
        status: 403,
        contains: /do not allow jobs:run on f\/x\/y/,
      },
      {
        says: 'an MCP token in the address of a run',
        call: { url: `${run}?token=mr_mcp`, method: 'POST' },
        status: 403,
      },
      {
        says: 'two tokens in the address',
        call: { url: `${run}?token=mr_run&%74oken=mr_run`, method: 'POST' },
        status: 400,
        never: anyToken,
      },
      {
        says: 'header and address',
        call: { url: `${run}?token=mr_run`, method: 'POST', headers: bearer('mr_run') },
        status: 400,
        contains: /header and one in the address/,
        never: anyToken,
      },
    ]);
  });

  it('takes MCP tokens at MCP addresses, in header or address', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const accept = { accept: 'application/json, text/event-stream' };
    const ping = (url: string, headers = {}) => ({
      url,
      method: 'POST' as const,
      headers: { ...json, ...accept, ...headers },
      body,
    });
    await check([
      { says: 'nobody', call: ping(mcpUrl), status: 401, contains: /www-authenticate/ },
      { says: 'header', call: ping(mcpUrl, bearer('mr_mcp')), status: 200 },
      { says: 'address', call: ping(`${mcpUrl}?token=mr_mcp`), status: 200 },
      { says: 'mixed in the header', call: ping(mcpUrl, bearer('mr_mixed')), status: 200 },
      { says: 'a cookie is nobody', call: ping(mcpUrl, { cookie: 'token=mr_mcp' }), status: 401 },
      { says: 'full token', call: ping(mcpUrl, bearer('mr_full')), status: 403 },
      ...['mr_full', 'mr_mixed', 'mr_run', 'mrs_session', 'mrj_job'].map((token) => ({
        says: `${token} in the address`,
        call: ping(`${mcpUrl}?token=${token}`),
        status: 401,
        never: anyToken,
      })),
      {
        says: 'another site',
        call: ping(mcpUrl, { ...bearer('mr_mcp'), origin: 'https://evil.example' }),
        status: 403,
      },
    ]);
  });

  it('uses the session of a visitor for its own pages only', async () => {
    const cookie = { cookie: 'a=b; token=mrs_session' };
    const echo = (headers: Record<string, string>) => ({
      url: '/api/op/things.echo?workspace=main',
      method: 'POST' as const,
      headers: { ...cookie, ...json, host: 'millrace.example.com', ...headers },
      body: '{}',
    });
    await check([
      { says: 'reading', call: { url: whoami, headers: cookie }, status: 200 },
      { says: 'a program', call: echo({}), status: 200 },
      { says: 'own page', call: echo({ origin: baseUrl }), status: 200 },
      { says: 'own page', call: echo({ 'sec-fetch-site': 'same-origin' }), status: 200 },
      { says: 'other site', call: echo({ origin: 'https://evil.example' }), status: 403 },
      { says: 'other site', call: echo({ 'sec-fetch-site': 'cross-site' }), status: 403 },
      { says: 'sister site', call: echo({ 'sec-fetch-site': 'same-site' }), status: 403 },
      { says: 'hidden', call: echo({ origin: 'null' }), status: 403, contains: /another site/ },
      {
        says: 'a link from another site must not start a script',
        call: { url: run, headers: { ...cookie, 'sec-fetch-site': 'cross-site' } },
        status: 403,
      },
      {
        says: 'a session that is over is nobody',
        call: { url: whoami, headers: { cookie: 'token=mrs_old' } },
        status: 401,
        contains: /needs a login/,
      },
    ]);
  });

  it('is reached under its own names only', async () => {
    const health = (host: string) => ({ url: '/health', headers: { host } });
    await check([
      ...['localhost:1', '127.0.0.1', '[::1]:8000', 'millrace.example.com', 'LOCALHOST'].map(
        (host) => ({ says: host, call: health(host), status: 200 }),
      ),
      ...['evil.example', 'localhost.evil.example:80', '127.0.0.1@evil.example'].map((host) => ({
        says: host,
        call: health(host),
        status: 403,
        contains: /host name/,
      })),
      {
        says: 'MCP as well',
        call: { url: mcpUrl, method: 'POST', headers: { ...bearer('mr_mcp'), host: 'evil.test' } },
        status: 403,
      },
    ]);
    const open = testApp('0.0.0.0');
    const answer = await open.app.inject({ url: '/health', headers: { host: 'any.example' } });
    assert.equal(answer.statusCode, 200);
    await open.app.close();
  });

  it('says what is wrong with a body', async () => {
    const echo = (body: string, headers: Record<string, string> = json) => ({
      url: '/api/op/things.echo?workspace=main',
      method: 'POST' as const,
      headers: { ...bearer('mr_full'), ...headers },
      body,
    });
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    await check([
      { says: 'empty', call: echo(''), status: 200 },
      { says: 'no body, no type', call: echo('', {}), status: 200 },
      {
        says: 'malformed',
        call: echo('{\n  "text": "password1",\n  "b": nope\n}'),
        status: 400,
        contains: /not JSON: line 3, column 9: unexpected \\"o\\"/,
        never: /password1/,
      },
      { says: 'cut', call: echo('{"text": "abc'), status: 400, contains: /line 1, column 14/ },
      { says: 'no JSON', call: echo('text=a'), status: 400, contains: /line 1, column 2/ },
      {
        says: 'wrong field',
        call: echo('{"text": 5}'),
        status: 400,
        contains: /text: .*expected string.*given: 5/,
      },
      { says: 'unknown field', call: echo('{"txet": "a"}'), status: 400, contains: /txet/ },
      { says: 'deep', call: echo(deep(201)), status: 400, contains: /deeper than 200/ },
      { says: 'very deep', call: echo(deep(500_000)), status: 400, contains: /deeper than 200/ },
      { says: 'deep enough', call: echo(deep(200)), status: 400, contains: /expected object/ },
      {
        says: 'prototype',
        call: echo('{"__proto__": {"admin": true}}'),
        status: 400,
        contains: /__proto__/,
      },
      {
        says: 'hidden prototype',
        call: echo('{"\\u005f_proto__": {"admin": true}}'),
        status: 400,
        contains: /__proto__/,
      },
      {
        says: 'form',
        call: echo('text=a', { 'content-type': 'application/x-www-form-urlencoded' }),
        status: 415,
        contains: /application\/json/,
      },
      { says: 'no type', call: echo('{}', {}), status: 415, contains: /no Content-Type/ },
      {
        says: 'too large',
        call: echo(`{"text": "${'x'.repeat(20 * 1024 * 1024)}"}`),
        status: 413,
        contains: /20 MB/,
      },
    ]);
  });

  it('answers below /api in JSON or text, never in HTML', async () => {
    const html = /text\/html|<html/;
    const full = bearer('mr_full');
    await check([
      {
        says: 'unknown',
        call: { url: '/api/nope' },
        status: 404,
        contains: /Not found/,
        never: html,
      },
      { says: 'the root', call: { url: '/api' }, status: 404, never: html },
      { says: 'bad escape', call: { url: '/api/w/%zz/x' }, status: 400, never: html },
      {
        says: 'unknown operation',
        call: { url: '/api/op/thing.echo', method: 'POST', headers: full },
        status: 404,
        contains: /Did you mean .*things.echo/,
        never: html,
      },
      {
        says: 'GET of an operation',
        call: { url: '/api/op/things.echo' },
        status: 405,
        contains: /"allow":"POST"/,
      },
      {
        says: 'a bug',
        call: { url: '/api/op/things.break?workspace=main', method: 'POST', headers: full },
        status: 500,
        contains: /"code":"internal".*"id":"[0-9a-f-]{36}"/,
        never: /secret_column|stack|\.ts/,
      },
      { says: 'a page', call: { url: '/nope' }, status: 404, contains: /text\/html/ },
      {
        says: 'version',
        call: { url: '/api/version' },
        status: 200,
        contains: /text\/plain.*1\.2\.3/s,
      },
      { says: 'setting', call: { url: '/api/settings/global/x', headers: full }, status: 200 },
      { says: 'setting, nobody', call: { url: '/api/settings/global/x' }, status: 401 },
    ]);
    const logged = server.logLines.filter((line) => line.includes('secret_column'));
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /"id":"[0-9a-f-]{36}"/);
  });

  it('refuses paths that lead somewhere else', async () => {
    const exists = (path: string) => ({
      url: `/api/w/main/scripts/exists/p/${path}`,
      headers: bearer('mr_full'),
    });
    await check([
      { says: 'plain', call: exists('f/a/b'), status: 200, contains: /"f\/a\/b"/ },
      { says: 'spaces', call: exists('u/ann/my%20script'), status: 200, contains: /my script/ },
      ...['f/a%2fb', 'f/a%5cb', 'f//x', 'f/a/', 'f/a%00', 'f/%zz'].map((path) => ({
        says: path,
        call: exists(path),
        status: 400,
      })),
    ]);
  });

  it('describes every operation', async () => {
    const answer = await server.app.inject({ url: '/api/openapi.json' });
    const document = answer.json();
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths), [
      '/api/op/jobs.runWait',
      '/api/op/jobs.wait',
      '/api/op/scripts.exists',
      '/api/op/things.break',
      '/api/op/things.echo',
      '/api/op/users.whoami',
      '/api/op/workspaces.mine',
    ]);
    const { post } = document.paths['/api/op/scripts.exists'];
    const { schema } = post.requestBody.content['application/json'];
    assert.deepEqual(schema.required, ['path']);
    assert.equal(schema.additionalProperties, false);
    assert.equal(post.summary, 'Echo the path.');
  });

  it('records refusals under the name of who was refused', async () => {
    const { app, audit } = testApp();
    await app.inject({ url: whoami, headers: bearer('mr_mcp') });
    await app.inject({ url: whoami, headers: bearer('mr_nothing') });
    await app.inject({ url: whoami });
    await app.close();
    assert.deepEqual(audit, [
      { name: 'users.whoami', outcome: 'insufficient_scope', email: 'ann@example.com' },
      { name: 'users.whoami', outcome: 'unauthenticated', email: '' },
      { name: 'users.whoami', outcome: 'unauthenticated', email: '' },
    ]);
  });

  it('says that it stops', async () => {
    assert.deepEqual((await server.app.inject('/health')).json(), {
      status: 'ok',
      version: '1.2.3',
    });
    server.state.draining = true;
    const answer = await server.app.inject('/health');
    server.state.draining = false;
    assert.deepEqual([answer.statusCode, answer.json().status], [503, 'draining']);
  });

  it('shows pages without scripts, escaped, and tells nobody the secret address', async () => {
    await check([
      {
        says: 'set-up',
        call: { url: '/setup/opensesame' },
        status: 200,
        contains: /"referrer-policy":"same-origin".*Set up Millrace/s,
        never: /<script/,
      },
      { says: 'used link', call: { url: '/setup/other' }, status: 410, contains: /once/ },
      {
        says: 'refused set-up',
        call: {
          url: '/setup/opensesame',
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'email=%22%3E%3Cscript%3E&password=longenough&repeated=longenough&workspace=main',
        },
        status: 400,
        contains: /role="alert"/,
        never: /<script|<b>|longenough/,
      },
      {
        says: 'two passwords',
        call: {
          url: '/setup/opensesame',
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'email=a&password=longenough&repeated=other',
        },
        status: 400,
        contains: /not the same/,
      },
      { says: 'home', call: { url: '/' }, status: 200, contains: /Nobody owns this server yet/ },
      {
        says: 'a login leads nowhere else',
        call: { url: '/login?next=//evil.example' },
        status: 200,
        contains: /name="next" value="\/"/,
        never: /evil/,
      },
      {
        says: 'forms of other sites',
        call: {
          url: '/login',
          method: 'POST',
          headers: {
            origin: 'https://evil.example',
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: 'email=a&password=b',
        },
        status: 403,
      },
    ]);
  });

  it('writes no token, no secret and no query into its log', () => {
    const log = server.logLines.join('\n');
    assert.match(log, /"route":"\/api\/w\/:workspace\/users\/whoami"/);
    assert.doesNotMatch(log, anyToken);
    assert.doesNotMatch(log, /opensesame|longenough/);
  });
});
