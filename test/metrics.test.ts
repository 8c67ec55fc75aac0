// `/metrics`: who may read it, that it counts what passes, and that it names nobody's things.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createMetrics } from '../src/base/index.ts';
import { dropDatabase, freshDatabaseUrl } from './kit/database.ts';
import { startTestServer, type TestServer } from './kit/server.ts';
import {
  ownerToken,
  type ServerProcess,
  startProcess,
  temporaryFolder,
} from './kit/spawned-server.ts';
import { type Model, modelAt } from './mcp/model.ts';

const password = 'correct horse battery';

describe('the metrics of a server', () => {
  let server: TestServer;
  let model: Model;
  const tokens: Record<string, string> = {};
  const get = (token?: string | null) =>
    server.fetch('/metrics', token === undefined ? {} : { token });
  const text = async () => (await get()).text();

  before(async () => {
    server = await startTestServer();
    model = modelAt(server, await server.tokenWith(['mcp:all']));
    for (const [who, role] of [
      ['operator', 'operator'],
      ['admin', 'admin'],
    ] as const) {
      const email = `${who}@example.com`;
      await server.op('users.create', { email, password });
      await server.op('members.add', { email, username: who, role });
      tokens[who] = (await server.op('session.login', { email, password })).body.token;
    }
    tokens['scoped'] = await server.tokenWith(['scripts:read']);
    tokens['devops'] = await server.tokenWith(['instance:read']);
  });
  after(() => server.stop());

  it('are for who looks after the instance', async () => {
    const rows: [who: string | null, status: number][] = [
      [null, 401],
      ['mr_unknown', 401],
      ['operator', 403],
      ['admin', 403],
      ['scoped', 403],
      ['devops', 200],
    ];
    for (const [who, status] of rows) {
      const response = await get(who === null ? null : (tokens[who] ?? who));
      assert.equal(response.status, status, String(who));
      const body = await response.text();
      if (status !== 200) assert.doesNotMatch(body, /millrace_http|process_/);
    }
    const inAddress = await server.fetch(`/metrics?token=${tokens['devops']}`, { token: null });
    assert.equal(inAddress.status, 401);
  });

  it('count requests, tool calls, OAuth and failed calls of services', async () => {
    const path = 'f/canary/secret_plan';
    await server.op('folders.create', { name: 'canary' });
    await server.op('scripts.create', {
      path,
      language: 'bun',
      content: 'export const main=()=>1',
    });
    await server.fetch(`/api/w/test/scripts/get/p/${path}`);
    const tool = (await model.list()).find(({ name }) => name.includes('secret'));
    assert.ok(tool);
    await model.call(tool['name']);
    await model.call('listScripts', {});
    await model.call('no_such_tool', {});
    await server.fetch('/token', { method: 'POST', token: null });
    await server.op('services.read', { service: 'canary_service', action: 'x' });
    const said = await text();
    const counted: [name: string, labels: string, count: number][] = [
      ['http_requests_total', 'method="GET",endpoint="/metrics",status_code="200"', 1],
      ['http_request_duration_seconds_count', 'method="POST",endpoint="/token"', 1],
      ['mcp_requests_total', 'tool_name="listScripts",action="",status="success"', 1],
      ['mcp_requests_total', 'tool_name="script or flow",action="",status="success"', 1],
      ['mcp_requests_total', 'tool_name="unknown",action="",status="error"', 1],
      ['mcp_request_duration_seconds_count', 'tool_name="listScripts"', 1],
      ['oauth_operations_total', 'operation="token",status="error"', 1],
      ['service_errors_total', 'service="unknown",error_type="service_unknown"', 1],
    ];
    const lines = said.split('\n');
    for (const [name, labels, count] of counted) {
      const found = lines.filter((line) => line.startsWith(`millrace_${name}{${labels}`));
      assert.equal(found.length, 1, `${name} ${labels}`);
      assert.match(found[0] ?? '', new RegExp(`} ${count}$`));
    }
    assert.match(said, /^millrace_audit_lag_seconds \d/m);
    assert.match(said, /^process_resident_memory_bytes \d{7,}$/m);
    for (const canary of ['secret_plan', 'canary', 'example.com', server.workspace + '"', 'mr_']) {
      assert.ok(!said.includes(canary), canary);
    }
  });

  it('are open where the operator says so', async () => {
    const open = await startTestServer({ MILLRACE_METRICS: '1' });
    try {
      const response = await open.fetch('/metrics', { token: null });
      assert.equal(response.status, 200);
      const type = response.headers.get('content-type');
      assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    } finally {
      await open.stop();
    }
  });
});

describe('health', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let url = '';
  before(async () => {
    url = await freshDatabaseUrl();
    server = await startProcess(folder.path, {
      MILLRACE_DATABASE_URL: url,
      MILLRACE_OWNER_EMAIL: 'owner@example.com',
      MILLRACE_OWNER_PASSWORD: 'correct horse battery staple',
      MILLRACE_WORKER_SLOTS: '0',
    });
  });
  after(async () => {
    await server.kill9();
    folder.remove();
  });

  it('G07 says that the database is gone, and nobody gets in by that', async () => {
    const token = await ownerToken(server.origin);
    const health = async () => {
      const response = await fetch(`${server.origin}/health`);
      return { status: response.status, body: (await response.json()) as any };
    };
    assert.equal((await health()).body.status, 'ok');
    await dropDatabase(url);
    let said = await health();
    for (let asked = 0; asked < 5000 && said.body.status === 'ok'; asked += 1) {
      said = await health();
    }
    assert.deepEqual([said.status, said.body.status], [200, 'degraded']);
    assert.deepEqual(Object.keys(said.body).toSorted(), ['status', 'version']);
    for (const bearer of ['mr_unknown', token]) {
      const headers = { authorization: `Bearer ${bearer}` };
      for (const address of ['/metrics', '/api/w/main/scripts/list']) {
        const { status } = await fetch(`${server.origin}${address}`, { headers });
        assert.ok(status >= 400, `${address}: ${status}`);
      }
    }
    const exchange = await fetch(`${server.origin}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: `mrj_${'x'.repeat(32)}`,
        subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
      }),
    });
    assert.ok(exchange.status >= 400);
    assert.doesNotMatch(await exchange.text(), /access_token/);
    const found = await fetch(`${server.origin}/.well-known/oauth-authorization-server`);
    assert.equal(found.status, 200);
    assert.doesNotMatch(await found.text(), /token-exchange/);
  });
});

describe('counting', () => {
  it('is in Prometheus’ format, whatever the labels hold', () => {
    const metrics = createMetrics();
    metrics.counter('a_total', 'Some.', ['x']).add('say "hi"\\\n');
    metrics.counter('a_total', 'Some.', ['x']).add('say "hi"\\\n');
    const durations = metrics.durations('b_seconds', 'Time.');
    durations.observe(3);
    durations.observe(70_000);
    metrics.gauge('c', 'Now.', () => 1.5);
    const lines = metrics.text().split('\n');
    assert.ok(lines.includes('a_total{x="say \\"hi\\"\\\\\\n"} 2'));
    assert.ok(lines.includes('b_seconds_bucket{le="0.0025"} 0'));
    assert.ok(lines.includes('b_seconds_bucket{le="0.005"} 1'));
    assert.ok(lines.includes('b_seconds_bucket{le="60"} 1'));
    assert.ok(lines.includes('b_seconds_bucket{le="+Inf"} 2'));
    assert.ok(lines.includes('b_seconds_count 2'));
    assert.ok(lines.includes('# TYPE b_seconds histogram'));
    assert.ok(lines.includes('c 1.5'));
    assert.equal(lines.at(-1), '');
  });

  it('keeps so many series and no more', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('a_total', 'Some.', ['x']);
    for (let at = 0; at < 5000; at += 1) counter.add(`label ${at}`);
    const lines = metrics
      .text()
      .split('\n')
      .filter((line) => line.startsWith('a_total'));
    assert.equal(lines.length, 1001);
    assert.ok(lines.includes('a_total{x="other"} 4000'));
  });
});
