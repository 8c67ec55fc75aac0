// What a service may answer, however large, slow or broken it is: a result within its cap, or a
// refusal with its reason and row; other services go on, and nothing is held that nobody can use.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const document = {
  openapi: '3.0.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/things': {
      get: { operationId: 'list_things', summary: 'List things.', responses: {} },
      post: {
        operationId: 'add_thing',
        summary: 'Add a thing.',
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: {},
      },
    },
  },
};

type Answer = (response: ServerResponse) => void;

const json =
  (body: unknown): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('answers of services', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let model: Model;
  let answer: Answer = json([]);
  let asked = 0;
  let arrived: () => void = () => undefined;
  const upstream = createServer((_request, response) => {
    asked += 1;
    arrived();
    answer(response);
  });

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const read = () => model.call('things_read_actions', { action: 'list_things' });
  async function newest(): Promise<any> {
    const [row] = await ok('serviceAudit.list', { perPage: 1, service: 'things' });
    return row;
  }

  before(async () => {
    upstream.listen(0, '127.0.0.1');
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'o@example.com', secret: 'k' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    await ok('openapi.import', {
      name: 'things',
      document: JSON.stringify(document),
      baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      auth: { kind: 'none' },
      actions: [{ name: 'list_things' }, { name: 'add_thing' }],
    });
    const scopes = ['things:read', 'things:write', 'jira:read'].map((one) => `services:${one}`);
    model = modelAt(server, await server.tokenWith(scopes));
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    upstream.closeAllConnections();
    upstream.close();
  });

  test('A06 a large result is cut, and says how much there was and where it goes on', async () => {
    const rows = Array.from({ length: 250 }, (_, id) => ({ id }));
    answer = json(rows);
    const many = (await read()).structuredContent;
    assert.deepEqual(
      [many.rows.length, many.truncated, many.total, many.next],
      [100, true, 250, 100],
    );
    answer = json({ things: rows, page: 1 });
    const within = (await read()).structuredContent;
    assert.deepEqual(
      [within.things.length, within.truncated, within.total, within.next, within.page],
      [100, true, 250, 100, 1],
    );
    answer = json({ things: rows, next: 'p2' });
    assert.equal((await read()).structuredContent.next, 'p2');
    answer = json({ text: 'ä'.repeat(200_000) });
    const long = await read();
    assert.ok(Buffer.byteLength(JSON.stringify(long.structuredContent)) < 80_000);
    assert.ok(long.structuredContent.truncated && long.structuredContent.totalBytes > 400_000);
    assert.match(JSON.stringify(long.content), /was cut/);
    const row = await newest();
    assert.deepEqual([row.decision, row.reasonCode], ['allowed', null]);
    assert.ok(row.bytesOut < 80_000, String(row.bytesOut));
  });

  test('A06 five megabytes are read and cut; of an endless answer no more than that', async () => {
    answer = json(Array.from({ length: 50_000 }, (_, id) => ({ id, text: 'x'.repeat(80) })));
    const five = (await read()).structuredContent;
    assert.deepEqual([five.rows.length, five.total], [100, 50_000]);
    let sent = 0;
    const part = Buffer.alloc(65_536, 'x');
    let ended: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (ended = resolve));
    answer = (response) => {
      response.once('close', ended);
      const more = (): void => {
        while (!response.destroyed) {
          sent += part.length;
          if (!response.write(part)) return void response.once('drain', more);
        }
      };
      more();
    };
    const refused = (await read()).structuredContent.error;
    assert.equal(refused.details.reason_code, 'response_too_large');
    await closed;
    // What the sockets on both sides hold comes on top of the 8 MB that are read.
    assert.ok(sent < 32_000_000, String(sent));
    const row = await newest();
    assert.deepEqual([row.decision, row.reasonCode], ['failed', 'response_too_large']);
  });

  const broken: Record<string, [answer: Answer, reason: string | null, told: RegExp]> = {
    'down: it hangs up': [
      (response) => void response.socket?.destroy(),
      'upstream_unavailable',
      /Things cannot be asked/,
    ],
    'reset in the middle of a body': [
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('[1,', () => response.socket?.destroy());
      },
      'upstream_unavailable',
      /Things cannot be asked/,
    ],
    'a redirect to a private address': [
      (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'upstream_unavailable',
      /Things cannot be asked/,
    ],
    'too many calls, with the time': [
      (response) => void response.writeHead(429, { 'retry-after': '60' }).end(),
      'upstream_rate_limited',
      /60 seconds/,
    ],
    'a failure': [
      (response) => void response.writeHead(500).end('oops'),
      'upstream_unavailable',
      /500/,
    ],
    'no JSON': [
      (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
      null,
      /\{\\?"a\\?":/,
    ],
    'bytes that are no UTF-8': [
      (response) => void response.writeHead(200).end(Buffer.from([0x22, 0xff, 0xfe, 0x61, 0x22])),
      null,
      /\uFFFDa/,
    ],
    'JSON in JSON': [json(JSON.stringify({ mail: 'ann@example.com' })), null, /⟦EMAIL_\d+:/],
    'hidden prototype fields': [
      (response) => void response.writeHead(200).end('{"__proto__":{"x":1},"a":1}'),
      null,
      /"a/,
    ],
  };
  for (const [what, [how, reason, words]] of Object.entries(broken)) {
    test(`F01 ${what} is contained: its reason, its row, and others go on`, async () => {
      answer = how;
      const result = await read();
      assert.match(JSON.stringify(result), words);
      assert.doesNotMatch(JSON.stringify(result), /169\.254|ann@example/);
      const { error } = result.structuredContent ?? {};
      assert.equal(error?.details.reason_code ?? null, reason, JSON.stringify(result));
      const row = await newest();
      assert.deepEqual(
        [row.subjectEmail, row.actor, row.decision, row.reasonCode],
        [server.owner.email, null, reason === null ? 'allowed' : 'failed', reason],
      );
      if (reason !== null) assert.equal(row.id, error.details.audit_id);
      const other = { action: 'get_issue', issue_key: 'PAY-1' };
      const { structuredContent } = await model.call('jira_read_actions', other);
      assert.equal(structuredContent.summary, 'Late');
    });
  }

  test('F02 one that hangs is told by name; who goes away is heard', async () => {
    for (const start of [() => undefined, (response: ServerResponse) => response.write('[')]) {
      answer = (response) => void start(response);
      const waiting = new Promise<void>((resolve) => (arrived = resolve));
      const asking = read();
      await waiting;
      clock.pass(31_000);
      const { error } = (await asking).structuredContent;
      assert.equal(error.details.reason_code, 'upstream_unavailable');
      assert.match(error.message, /Things gave no answer in 30 s/);
      assert.equal((await newest()).reasonCode, 'upstream_unavailable');
    }
    const gone = new Promise<void>((resolve) => {
      answer = (response) => void response.once('close', resolve);
    });
    const waiting = new Promise<void>((resolve) => (arrived = resolve));
    const leaving = new AbortController();
    const left = server
      .fetch('/api/op/services.read?workspace=test', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'things', action: 'list_things' }),
        signal: leaving.signal,
      })
      .catch(() => undefined);
    await waiting;
    leaving.abort();
    await Promise.all([gone, left]);
    arrived = () => undefined;
  });

  test('F04 a change is sent once, whatever the service says of coming back', async () => {
    for (const status of [429, 503]) {
      asked = 0;
      answer = (response) => void response.writeHead(status, { 'retry-after': '0' }).end();
      const result = await model.call('things_write_actions', { action: 'add_thing', body: {} });
      assert.equal(result.isError, true);
      assert.equal(asked, 1, String(status));
      assert.equal((await newest()).class, 'write');
    }
    asked = 0;
    answer = (response) => {
      answer = json([{ id: 1 }]);
      response.writeHead(429, { 'retry-after': '0' }).end();
    };
    assert.notEqual((await read()).isError, true);
    assert.equal(asked, 2, 'a read comes back once');
  });
});
