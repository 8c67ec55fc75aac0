// Services out of OpenAPI documents as vendors publish them, served by Prism: listed and searched,
// called with what the document asks for, and classed by rule.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Prism, startPrism, vendorDocument } from '../kit/vendors.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const listed = [{ name: 'conversations_list' }, { name: 'chat_post_message' }];

describe('services out of OpenAPI documents', () => {
  let server: TestServer;
  let prism: Prism;
  let model: Model;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const names = async (): Promise<string[]> => (await model.list()).map(({ name }) => name);
  const reason = (result: any): string => result.structuredContent.error.details.reason_code;

  before(async () => {
    [prism, server] = await Promise.all([
      startPrism('slack'),
      startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }),
    ]);
    const scopes = ['read', 'write', 'high_risk'].map((one) => `services:team_chat:${one}`);
    model = modelAt(server, await server.tokenWith(scopes));
  });
  after(async () => {
    await server?.stop();
    await prism?.stop();
  });

  test('a preview says what there is, with the class that the rules give', async () => {
    const { title, actions } = await ok('openapi.preview', { document: vendorDocument('slack') });
    assert.equal(title, 'Slack Web API');
    const classes = new Map(actions.map((one: any) => [one.name, one.class]));
    assert.ok(classes.size > 150);
    const rows = {
      conversations_list: 'read',
      chat_post_message: 'write',
      chat_delete: 'high_risk',
      conversations_archive: 'high_risk',
      admin_users_remove: 'high_risk',
    };
    for (const [name, is] of Object.entries(rows)) assert.equal(classes.get(name), is, name);
    assert.deepEqual(await names(), []);
  });

  test('imported, what was chosen is listed and the rest is found', async () => {
    await ok('openapi.import', {
      name: 'team_chat',
      title: 'Team chat',
      document: vendorDocument('slack'),
      baseUrl: prism.origin,
      auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
      actions: listed,
    });
    assert.deepEqual(await names(), [
      'team_chat_read_actions',
      'team_chat_write_actions',
      'gateway_search_actions',
      'gateway_activate',
    ]);
    const [reads] = await model.list();
    assert.deepEqual(reads?.inputSchema.properties.action.enum, ['conversations_list']);
  });

  test('a call asks what the document says, and Prism accepts it', async () => {
    const call = { action: 'conversations_list', limit: 2 };
    assert.equal(reason(await model.call('team_chat_read_actions', call)), 'auth_required');
    await ok('credentials.set', { service: 'team_chat', secret: 'xoxb-test' });
    const input = { action: 'conversations_list', token: 'xoxb-test', limit: 2 };
    const result = await model.call('team_chat_read_actions', input);
    assert.notEqual(result.isError, true, JSON.stringify(result).slice(0, 500));
    assert.equal(result.structuredContent.ok, true);
    const wrong = await model.call('team_chat_read_actions', { ...input, limit: 'many' });
    assert.match(wrong.content[0].text, /limit/);
  });

  test('A04 search ranks by what actions do, with their risk; nonsense finds nothing', async () => {
    const search = async (query: string) =>
      (await model.call('gateway_search_actions', { query })).structuredContent;
    const { actions } = await search('who is in a channel, its members');
    const members = actions.find((one: any) => one.name === 'team_chat.conversations_members');
    assert.deepEqual([members?.risk, members?.active], ['low', false]);
    const removes = await search('archive a conversation');
    assert.equal(
      removes.actions.find((one: any) => one.name === 'team_chat.conversations_archive')?.risk,
      'destructive',
    );
    const nothing = await search('xylophone quark zeppelin');
    assert.deepEqual(nothing.actions, []);
    assert.match(nothing.hint, /Nothing fits/);
  });

  test('A04 an action is callable once it is active; a destructive one takes a gate', async () => {
    const members = { action: 'conversations_members', token: 'xoxb-test', channel: 'C1' };
    const input = { service: 'team_chat', action: 'conversations_members', params: {} };
    const refused = await server.op('services.read', input);
    assert.equal(refused.body.error.details.reason_code, 'action_not_active');
    const [row] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual([row.decision, row.reasonCode], ['refused', 'action_not_active']);
    const name = 'team_chat.conversations_members';
    const { structuredContent } = await model.call('gateway_activate', { name });
    assert.equal(structuredContent.tool, 'team_chat_read_actions');
    const [reads] = await model.list();
    assert.ok(reads?.inputSchema.properties.action.enum.includes('conversations_members'));
    const result = await model.call('team_chat_read_actions', members);
    assert.notEqual(result.isError, true, JSON.stringify(result).slice(0, 500));
    const archive = { name: 'team_chat.conversations_archive' };
    assert.equal(reason(await model.call('gateway_activate', archive)), 'high_risk_not_enabled');
    assert.equal((await ok('gates.blocked'))[0].action, 'conversations_archive');
    await ok('services.deactivate', { name });
    assert.equal(
      reason(await model.call('gateway_activate', { name: 'team_chat.nope' })),
      'action_unknown',
    );
  });

  test('A04 without the long tail nothing else is there, found or called', async () => {
    await ok('openapi.import', {
      name: 'team_chat',
      document: vendorDocument('slack'),
      baseUrl: prism.origin,
      actions: listed,
      longTail: false,
    });
    assert.deepEqual(await names(), ['team_chat_read_actions', 'team_chat_write_actions']);
    const input = { service: 'team_chat', action: 'conversations_members', params: {} };
    const { body } = await server.op('services.read', input);
    assert.equal(body.error.details.reason_code, 'action_unknown');
  });

  const bad: [says: string, input: object, words: RegExp][] = [
    ['no document', { document: '' }, /no OpenAPI document/],
    ['Swagger 2', { document: '{"swagger":"2.0","paths":{}}' }, /openapi: 3/],
    ['broken JSON', { document: '{"openapi":' }, /no OpenAPI document/],
    ['a YAML bomb', { document: 'a: &a [x, x]\nb: &b [*a, *a]\nopenapi: [*b, *b]' }, /alias/i],
    ['no paths', { document: 'openapi: 3.1.0' }, /no paths/],
    ['both', { document: '{}', address: 'https://example.com' }, /either/],
    ['a private address', { address: 'http://10.0.0.1/openapi.json' }, /public internet/],
  ];
  for (const [says, input, words] of bad) {
    test(`${says} is refused with what is wrong`, async () => {
      const { status, body } = await server.op('openapi.preview', input);
      assert.ok(status >= 400 && status < 500, JSON.stringify(body));
      assert.match(body.error.message, words);
    });
  }

  test('a reference to itself, and a path out of the place, do no harm', async () => {
    const document = JSON.stringify({
      openapi: '3.0.3',
      info: { title: 'Tree' },
      servers: [{ url: prism.origin }],
      paths: {
        '/nodes/{id}': {
          get: {
            operationId: 'getNode',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          },
          put: {
            operationId: 'putNode',
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } },
            },
          },
        },
      },
      components: {
        schemas: {
          Node: { type: 'object', properties: { child: { $ref: '#/components/schemas/Node' } } },
        },
      },
    });
    const { actions } = await ok('openapi.preview', { document });
    assert.deepEqual(
      actions.map((one: any) => [one.name, one.class]),
      [
        ['get_node', 'read'],
        ['put_node', 'high_risk'],
      ],
    );
    await ok('openapi.import', {
      name: 'tree',
      document,
      auth: { kind: 'none' },
      actions: [{ name: 'get_node' }],
    });
    const input = { service: 'tree', action: 'get_node', dryRun: true };
    const { value } = await ok('services.read', { ...input, params: { id: 'a/b?c' } });
    assert.equal(value.wouldSend.path, '/nodes/a%2Fb%3Fc');
    const { body } = await server.op('services.read', { ...input, params: { id: '..' } });
    assert.equal(body.error.details.reason_code, 'invalid_params');
  });
});
