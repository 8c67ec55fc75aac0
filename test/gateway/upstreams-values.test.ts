// Personal values of MCP servers: in what they say of their tools, in results, resources, links and
// errors. None reaches a model, a log or a table, and what cannot be searched is not shown.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { assertNoCanary, canaries, canaryAnswer } from '../kit/canaries.ts';
import { dumpOf } from '../kit/dump.ts';
import { type Hostile, listedTool, startHostile } from '../kit/mcp-servers.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const said = `${canaries.NAME} <${canaries.EMAIL}>, ${canaries.IBAN}, ${canaries.SECRET}`;

describe('personal values of MCP servers', () => {
  const clock = movingClock();
  let server: TestServer;
  let hostile: Hostile;
  let model: Model;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const act = () => model.call('hostile_read_actions', { action: 'act', who: 'x' });
  const reasonOf = (result: any): string => result.structuredContent.error.details.reason_code;
  async function newest(): Promise<any> {
    return (await ok('serviceAudit.list', { perPage: 1 }))[0];
  }

  before(async () => {
    hostile = await startHostile();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    // Of the directory, so that the name is known where no field says that it is one.
    await ok('users.create', {
      email: 'c@example.com',
      password: 'long enough for it',
      name: canaries.NAME,
    });
    await ok('members.add', { email: 'c@example.com', username: 'c', role: 'developer' });
    model = modelAt(server, await server.tokenWith(['services:hostile:read']));
    const who = { type: 'string', description: `such as ${said}`, examples: [canaries.EMAIL] };
    hostile.tools = [
      listedTool('act', {
        title: said,
        description: `Ask ${said}.`,
        inputSchema: { type: 'object', properties: { who }, required: ['who'] },
      }),
      ...[985, 995, 1485].map((length) =>
        listedTool(`wordy_${length}`, {
          description: `${'x'.repeat(length)} ${canaries.EMAIL} ${'y'.repeat(800)}`,
        }),
      ),
    ];
    const { problem } = await ok('upstreams.register', {
      name: 'hostile',
      address: hostile.address,
    });
    assert.equal(problem, null);
    const { tools } = await ok('upstreams.get', { name: 'hostile' });
    await ok('upstreams.approve', {
      name: 'hostile',
      tools: tools.map(({ name, digest }: any) => ({ name, digest })),
    });
  });
  after(async () => {
    await server?.stop();
    await hostile?.stop();
  });

  test('D01 definitions of tools are masked, for everybody alike', async () => {
    const [tool] = await model.list();
    assertNoCanary(tool, 'the list');
    assert.match(tool?.description, /Ask C\*\*\* K\*\*\* <ca\*\*\*@birdsong-canary\.example>/);
    assert.match(tool?.inputSchema.properties.who.description, /such as C\*\*\*/);
    const help = await model.call('hostile_read_actions', { action: 'act' });
    assertNoCanary(help, 'the refusal');
    const found = await ok('services.search', { query: 'ask', service: 'hostile', limit: 5 });
    assertNoCanary(found, 'what is found');
    await ok('pii.setSettings', { types: ['IBAN'] });
    const [open] = await model.list();
    assert.ok(open?.description.includes(canaries.EMAIL), 'as an admin says, at once');
    const types = ['CARD', 'EMAIL', 'IBAN', 'IP', 'NAME', 'PHONE', 'SECRET'];
    await ok('pii.setSettings', { types });
    assertNoCanary(await model.list(), 'the list again');
  });

  test('D01 long definitions are cut after the search: no half of a value is left', async () => {
    const found = await ok('services.search', { query: 'wordy', service: 'hostile', limit: 5 });
    const text = JSON.stringify(found) + JSON.stringify(await model.list());
    assert.match(text, /wordy_995/);
    assert.doesNotMatch(text, /carla/);
  });

  test('a fault of the database takes no tool away for longer than it lasts', async () => {
    const database = new pg.Client(server.databaseUrl);
    await database.connect();
    const rename = (from: string, to: string) =>
      database.query(`alter table ${from} rename to ${to}`);
    await rename('gateway_pii_settings', 'gateway_pii_away');
    clock.pass(3000);
    await ok('services.setReadOnly', { readOnly: false });
    const answer = await model.send('tools/list');
    assert.equal(answer.tools, undefined, 'no list rather than one without the tool');
    await rename('gateway_pii_away', 'gateway_pii_settings');
    await database.end();
    assert.deepEqual(
      (await model.list()).map(({ name }) => name),
      ['hostile_read_actions'],
    );
  });

  const contents: Record<string, object> = {
    text: { content: [{ type: 'text', text: said }] },
    'structured results': { content: [], structuredContent: canaryAnswer() },
    'contents of resources': {
      content: [
        { type: 'resource', resource: { uri: `mail:${canaries.EMAIL}`, text: said } },
        {
          type: 'resource',
          resource: {
            uri: 'x:1',
            mimeType: 'application/json',
            text: JSON.stringify(canaryAnswer()),
          },
        },
      ],
    },
    'links of resources': {
      content: [
        {
          type: 'resource_link',
          uri: `https://x.example/${canaries.EMAIL}`,
          name: said,
          description: said,
        },
      ],
    },
    'a text with characters that nobody sees': {
      content: [{ type: 'text', text: said.replace('@', '\u200B@').replace('DE89', 'DE\u200D89') }],
    },
  };
  for (const [what, result] of Object.entries(contents)) {
    test(`D01 ${what} hold tokens`, async () => {
      hostile.onCall = () => result;
      const answer = await act();
      assert.notEqual(answer.isError, true, JSON.stringify(answer));
      assertNoCanary(answer, what);
      assert.match(JSON.stringify(answer), /⟦EMAIL_\d+:/);
      const row = await newest();
      assert.deepEqual([row.decision, row.reasonCode], ['allowed', null]);
      assert.ok(row.piiCounts.EMAIL >= 1);
    });
  }

  test('D01 errors of tools and of the protocol hold tokens', async () => {
    hostile.onCall = () => ({ isError: true, content: [{ type: 'text', text: said }] });
    const refused = await act();
    assert.equal(reasonOf(refused), 'upstream_failed');
    assertNoCanary(refused, 'the error of the tool');
    hostile.onCall = (_, response, id) => {
      const error = { code: -32000, message: said, data: said };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return {};
    };
    const failed = await act();
    assert.equal(failed.isError, true);
    assertNoCanary(failed, 'the error of the protocol');
    assert.equal((await newest()).decision, 'failed');
  });

  test('D10 a result that cannot be searched is not shown', async () => {
    let deep: unknown = { displayName: canaries.NAME };
    for (let level = 0; level < 600; level += 1) deep = [{ deep }];
    hostile.onCall = () => ({ content: [], structuredContent: { deep } });
    const refused = await act();
    assert.equal(reasonOf(refused), 'pii_scrub_failed');
    assertNoCanary(refused, 'the refusal');
    const row = await newest();
    assert.deepEqual([row.decision, row.reasonCode], ['failed', 'pii_scrub_failed']);
  });

  test('B08 no value is in the log, or in any table but those of definitions', async () => {
    const { text } = await dumpOf(server.databaseUrl, 'gateway_audit');
    assertNoCanary(text, 'the audit');
    assertNoCanary((await dumpOf(server.databaseUrl, 'gateway_pii')).text, 'the map');
    assertNoCanary((await dumpOf(server.databaseUrl, 'operation_audit')).text, 'the other audit');
    assertNoCanary(server.logLines.join('\n'), 'the log');
  });
});
