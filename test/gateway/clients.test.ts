// The clients that jobs call services with: in steps of this server, where they come by their name,
// and copied, for jobs of other servers.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { clientFiles } from '../../src/engine/index.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const secret = 'jira-key-of-the-owner';

describe('the TypeScript client in a job', () => {
  let server: TestServer;
  let jira: Jira;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const flowOf = (step: object, services: unknown) => ({
    modules: [{ id: 'a', value: step }],
    'gateway-services': services,
  });

  async function run(path: string, step: object, services: unknown): Promise<any> {
    await ok('flows.create', { path, value: flowOf(step, services) });
    const { result } = await ok('jobs.runFlowWait', { path });
    return result;
  }

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    await ok('folders.create', { name: 'team' });
    await ok('delegation.set', { enabled: true });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  const content = `import { millrace, Refused } from 'millrace';

export async function main() {
  const before = Object.keys(process.env).toSorted().join();
  const ask = { action: 'get_issue', issue_key: 'PAY-1' };
  const read = await Promise.all([millrace.jira.read(ask), millrace.jira.read(ask)]);
  const added = { action: 'add_comment', issue_key: 'PAY-1', text: 'seen' };
  const written = await millrace.jira.write(added).catch((error) => error);
  const isRefused = written instanceof Refused;
  return {
    summaries: read.map(({ summary }) => summary),
    refused: isRefused && [written.reason_code, written.name, typeof written.audit_id],
    message: isRefused ? written.message : '',
    sameEnvironment: before === Object.keys(process.env).toSorted().join(),
    inEnvironment: JSON.stringify(process.env).includes('gwd_'),
    service: typeof millrace.then,
  };
}`;

  for (const language of ['bun', 'deno']) {
    test(`a ${language} step reads, and hears why it may not write`, async () => {
      const step = { type: 'rawscript', language, content };
      const result = await run(`f/team/${language}`, step, [{ jira: ['read'] }]);
      const { message, ...rest } = result;
      assert.deepEqual(rest, {
        summaries: ['Late', 'Late'],
        refused: ['class_not_declared', 'Refused', 'string'],
        sameEnvironment: true,
        inEnvironment: false,
        service: 'undefined',
      });
      assert.match(message, /^class_not_declared: The flow does not declare jira: write/);
      const exchanges = await ok('gatewayExchanges.list', {});
      const own = exchanges.filter((row: any) => row.actor.endsWith(`/f/team/${language}`));
      assert.equal(own.length, 1, 'one token for all calls of a job');
      const [called] = await ok('serviceAudit.list', { perPage: 1 });
      assert.equal(called.actor, `millrace:local/test/f/team/${language}`);
    });
  }

  test('a deployed script writes as a step, and again in the same warm process', async () => {
    const path = 'f/team/comment';
    const script = `import { millrace } from 'millrace';
export const main = (text: string) =>
  millrace.jira.write({ action: 'add_comment', issue_key: 'PAY-1', text });`;
    await ok('scripts.create', { path, content: script, language: 'bun' });
    const transforms = { text: { type: 'javascript', expr: 'flow_input.text' } };
    const step = { type: 'script', path, input_transforms: transforms };
    await ok('flows.create', { path: 'f/team/writer', value: flowOf(step, { jira: 'write' }) });
    // Each run is a job with a token of its own, whichever process serves it.
    for (const text of ['one', 'two']) {
      const ended = await ok('jobs.runFlowWait', { path: 'f/team/writer', args: { text } });
      assert.equal(ended.success, true, JSON.stringify(ended.result));
    }
    assert.equal(jira.issues.get('PAY-1')?.comments.length, 2);
  });

  test('a preview imports it, and hears that it acts for nobody', async () => {
    const script = `import { millrace } from 'millrace';
export const main = () => millrace.jira.read({ action: 'get_issue', issue_key: 'PAY-1' });`;
    const { result } = await ok('jobs.previewWait', { content: script, language: 'bun' });
    assert.equal(result.error.name, 'Refused', JSON.stringify(result));
    assert.match(result.error.message, /^job_is_preview: /);
  });

  test('it is there for copying, open and without a secret', async () => {
    for (const file of ['millrace.ts', 'mcpgate.py']) {
      const answer = await server.fetch(`/clients/${file}`, { token: null });
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /token-exchange/);
    }
    for (const file of ['index.ts', '..%2Findex.ts', 'millrace']) {
      assert.equal((await server.fetch(`/clients/${file}`, { token: null })).status, 404, file);
    }
    for (const line of server.logLines) assert.doesNotMatch(line, /gwd_/);
  });
});

/** A gateway that says what it is told to, and notes what it was sent. */
interface FakeGateway {
  server: Server;
  url: string;
  exchanges: URLSearchParams[];
  authorizations: (string | undefined)[];
  lifeS: number;
  /** What the next exchange answers instead. */
  failure: { status: number; body: object } | undefined;
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function startGateway(): Promise<FakeGateway> {
  const server = createServer((request, response) => {
    void (async () => {
      const text = await textOf(request);
      gateway.authorizations.push(request.headers.authorization);
      let status = 200;
      let body: object;
      if (request.url === '/auth/token') {
        gateway.exchanges.push(new URLSearchParams(text));
        body = { access_token: `gwd_${gateway.exchanges.length}`, expires_in: gateway.lifeS };
        if (gateway.failure) ({ status, body } = gateway.failure);
        gateway.failure = undefined;
      } else {
        const { params } = JSON.parse(text);
        body = { result: { structuredContent: { asked: params } } };
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rest = { exchanges: [], authorizations: [], lifeS: 900, failure: undefined };
  const gateway: FakeGateway = { server, url, ...rest };
  return gateway;
}

describe('a copied client', () => {
  const client = { clientId: 'flows:1', clientSecret: 's e+cret' };
  // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
  const basic = `Basic ${btoa('flows%3A1:s%20e%2Bcret')}`;
  let gateway: FakeGateway;
  let folder: string;
  let connect: (to: object) => any;
  let Refused: new () => Error;
  let millrace: any;

  before(async () => {
    gateway = await startGateway();
    folder = mkdtempSync(join(tmpdir(), 'millrace-client-'));
    for (const [name, text] of clientFiles) writeFileSync(join(folder, name), text);
    ({ connect, Refused } = await import(pathToFileURL(join(folder, 'millrace.ts')).href));
    process.env['WM_TOKEN'] = 'jwt_of.the.job';
  });
  after(async () => {
    delete process.env['WM_TOKEN'];
    rmSync(folder, { recursive: true });
    gateway.server.closeAllConnections();
    await new Promise((resolve) => gateway.server.close(resolve));
  });

  test('proves who asks, and keeps its token for all calls', async () => {
    millrace = connect({ url: `${gateway.url}/`, ...client });
    const asked = [1, 2, 3].map((id) => millrace.slack.read({ action: 'x', id }));
    const answers = await Promise.all(asked);
    assert.deepEqual(answers[2], {
      asked: { name: 'slack_read_actions', arguments: { action: 'x', id: 3 } },
    });
    assert.equal(gateway.exchanges.length, 1);
    const [form] = gateway.exchanges;
    assert.equal(form?.get('subject_token'), 'jwt_of.the.job');
    assert.match(form?.get('nonce') ?? '', /^[0-9a-f-]{36}$/);
    const bearer = 'Bearer gwd_1';
    assert.deepEqual(gateway.authorizations.splice(0), [basic, bearer, bearer, bearer]);
  });

  test('renews its token before it ends', async () => {
    millrace = connect({ url: gateway.url, ...client });
    gateway.lifeS = 20;
    const already = gateway.exchanges.length;
    await millrace.slack.read({ action: 'x' });
    gateway.lifeS = 900;
    await millrace.slack.read({ action: 'x' });
    await millrace.slack.read({ action: 'x' });
    assert.equal(gateway.exchanges.length - already, 2);
  });

  test('says why an exchange was refused, and tries anew at the next call', async () => {
    millrace = connect({ url: gateway.url });
    const body = {
      error: 'x',
      error_description: 'No.',
      reason_code: 'grant_pending',
      audit_id: 'a1',
    };
    gateway.failure = { status: 400, body };
    await assert.rejects(millrace.slack.read({ action: 'x' }), (error) => {
      assert.ok(error instanceof Refused);
      const { message, reason_code, audit_id } = error as any;
      const said = [message, reason_code, audit_id];
      assert.deepEqual(said, ['grant_pending: No.', 'grant_pending', 'a1']);
      return true;
    });
    gateway.failure = { status: 502, body: {} };
    await assert.rejects(millrace.slack.read({ action: 'x' }), { message: 'HTTP 502' });
    assert.ok(await millrace.slack.read({ action: 'x' }));
  });

  test('follows no redirect, which would take the secret along', async () => {
    const heard: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      heard.push(request.url);
      response.end('{"access_token": "gwd_x", "expires_in": 900}');
    });
    let status = 302;
    const moved = createServer((request, response) => {
      request.resume();
      const { port } = elsewhere.address() as AddressInfo;
      response.writeHead(status, { location: `http://localhost:${port}${request.url}` });
      response.end();
    });
    for (const one of [elsewhere, moved]) await once(one.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(moved.address() as AddressInfo).port}`;
    const program = `import sys
sys.path.insert(0, ${JSON.stringify(folder)})
import mcpgate
try:
    mcpgate.connect(url="${url}", client_id="flows:1", client_secret="x").slack_read_actions("x")
except mcpgate.Refused as error:
    print(error)
`;
    for (status of [301, 302, 303, 307, 308]) {
      const child = spawn('python3', ['-B', '-c', program]);
      const [out] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
      assert.equal(
        out.trim(),
        `HTTP ${status}: ${url}/auth/token is elsewhere; name the gateway's own address`,
      );
      await assert.rejects(connect({ url, ...client }).slack.read({ action: 'x' }));
    }
    assert.deepEqual(heard, []);
    for (const one of [elsewhere, moved]) {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  });

  test('the Python one does the same', () => {
    const program = `import sys
sys.path.insert(0, ${JSON.stringify(folder)})
import mcpgate
client = {"client_id": "flows:1", "client_secret": "s e+cret"}
gate = mcpgate.connect(url="https://gateway.example/", **client)
print(gate.proof()["authorization"], gate.place("/mcp"), gate.slack_read_actions.__name__)
`;
    const ran = spawnSync('python3', ['-B', '-c', program], { encoding: 'utf8' });
    const wanted = `${basic} https://gateway.example/mcp slack_read_actions`;
    assert.equal(ran.stdout.trim(), wanted, ran.stderr);
  });
});
