// Services through the MCP face: a person calls Jira with their own key, inside their token's
// scopes, and nobody else's key is ever used.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const secret = 'jira-key-of-the-owner';

describe('services', () => {
  let server: TestServer;
  let jira: Jira;
  let model: Model;
  const only = (...scopes: string[]) =>
    server.tokenWith(scopes).then((token) => modelAt(server, token));

  async function ok(name: string, input: object, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    model = await only('services:jira:read', 'services:jira:write');
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  test('A02 a service that is not set up has no tools, and no name', async () => {
    assert.deepEqual(await model.list(), []);
    const input = { service: 'jira', action: 'get_issue', params: { issue_key: 'PAY-1' } };
    const { status, body } = await server.op('services.read', input);
    assert.deepEqual([status, body.error.details.reason_code], [404, 'service_unknown']);
  });

  test('A02 set up, it has two tools with the right annotations, in a fixed order', async () => {
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    const tools = await model.list();
    assert.deepEqual(
      tools.map((tool) => [
        tool.name,
        tool.annotations.readOnlyHint,
        tool.annotations.destructiveHint,
      ]),
      [
        ['jira_read_actions', true, false],
        ['jira_write_actions', false, true],
      ],
    );
    const actions = tools.map((tool) => tool.inputSchema.properties.action.enum);
    assert.ok(actions[0].includes('search_issues') && !actions[0].includes('create_issue'));
    assert.ok(actions[1].includes('create_issue') && !actions[1].includes('delete_issue'));
    assert.deepEqual(await model.list(), tools);
  });

  test('without a key of one’s own a call says how to connect, and sends nothing', async () => {
    const result = await model.call('jira_read_actions', {
      action: 'get_issue',
      issue_key: 'PAY-1',
    });
    assert.equal(result.isError, true);
    const { details } = result.structuredContent.error;
    assert.equal(details.reason_code, 'auth_required');
    assert.match(details.connect_url, /\/services\?workspace=test&service=jira$/);
    assert.deepEqual(jira.asked, []);
  });

  test('a person creates and reads with their own key', async () => {
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    const made = await model.call('jira_write_actions', {
      action: 'create_issue',
      project: 'PAY',
      summary: 'Invoices are late',
      description: 'one\ntwo',
    });
    assert.equal(made.structuredContent.key, 'PAY-1', JSON.stringify(made));
    const read = await model.call('jira_read_actions', {
      action: 'get_issue',
      issue_key: 'PAY-1',
    });
    assert.equal(read.structuredContent.summary, 'Invoices are late');
    assert.equal(read.structuredContent.description, 'one\ntwo');
    const basic = `Basic ${Buffer.from(`owner@example.com:${secret}`).toString('base64')}`;
    assert.deepEqual([...new Set(jira.asked.map((one) => one.authorization))], [basic]);
  });

  test('A03 what does not fit is refused before anything is sent', async () => {
    const get = { action: 'get_issue', issue_key: 'PAY-1' };
    const [read, write] = ['jira_read_actions', 'jira_write_actions'];
    const rows: [tool: string, args: object, reason: string, words: RegExp][] = [
      [read, { ...get, action: 'get_isue' }, 'action_unknown', /get_issue/],
      [read, { action: 'create_issue', project: 'P' }, 'wrong_tool', /jira_write_actions/],
      [read, { action: 'get_issue' }, 'invalid_params', /issue_key/],
      [read, { ...get, issue_key: '../../x' }, 'invalid_params', /issue key/],
      [read, { ...get, query: 'x' }, 'invalid_params', /query/],
      [read, { ...get, other: 1 }, 'invalid_params', /other/],
      [write, { ...get, action: 'delete_issue' }, 'class_not_allowed', /does not allow/],
      ['slack_read_actions', { action: 'x' }, 'service_unknown', /slack/],
    ];
    const asked = jira.asked.length;
    for (const [tool, args, reason, words] of rows) {
      const result = await model.call(tool, args);
      assert.equal(result.isError, true, JSON.stringify(args));
      assert.match(result.content[0].text, words, JSON.stringify(args));
      if (reason === 'service_unknown') continue;
      const { details } = result.structuredContent.error;
      assert.equal(details.reason_code, reason, JSON.stringify(args));
      const row = await ok('serviceAudit.get', { id: details.audit_id });
      assert.deepEqual(
        [row.subjectEmail, row.actor, row.decision, row.reasonCode],
        [server.owner.email, null, 'refused', reason],
      );
    }
    // What is not text at all, the door refuses before there is anything to keep a row of.
    for (const action of [undefined, 7, '', null]) {
      assert.equal((await model.call(read, { ...get, action })).isError, true);
    }
    assert.equal(jira.asked.length, asked);
    assert.equal(jira.issues.size, 1);
  });

  test('a scope names service and class, and none of them says another', async () => {
    const names = async (...scopes: string[]) =>
      (await (await only(...scopes)).list()).map((tool) => tool.name);
    assert.deepEqual(await names('services:jira:read'), ['jira_read_actions']);
    assert.deepEqual(await names('services:jira:write'), ['jira_write_actions']);
    assert.deepEqual(await names('services:slack:read'), []);
    assert.equal((await names('mcp:all')).filter((name) => name.startsWith('jira')).length, 0);
    const token = await server.tokenWith(['services:jira:read']);
    const input = { service: 'jira', action: 'add_comment', params: {} };
    const { status, body } = await server.op('services.write', input, token);
    assert.deepEqual([status, body.error.code], [403, 'insufficient_scope']);
    assert.equal((await server.op('scripts.list', {}, token)).status, 403);
    assert.equal((await server.op('credentials.list', {}, token)).status, 403);
  });

  test('C03 read-only mode takes the write tools away and refuses calls', async () => {
    await ok('services.setReadOnly', { readOnly: true });
    assert.deepEqual(
      (await model.list()).map((tool) => tool.name),
      ['jira_read_actions'],
    );
    const input = {
      service: 'jira',
      action: 'add_comment',
      params: { issue_key: 'PAY-1', text: 'x' },
    };
    const asked = jira.asked.length;
    const { body } = await server.op('services.write', input);
    assert.equal(body.error.details.reason_code, 'read_only_mode');
    assert.equal(jira.asked.length, asked);
    await ok('services.setReadOnly', { readOnly: false });
  });

  test('a dry run shows what would go out, and sends nothing', async () => {
    const asked = jira.asked.length;
    const result = await model.call('jira_write_actions', {
      action: 'add_comment',
      issue_key: 'PAY-1',
      text: 'hello',
      dry_run: true,
    });
    assert.equal(result.structuredContent.wouldSend.path, '/rest/api/3/issue/PAY-1/comment');
    assert.equal(jira.asked.length, asked);
    assert.doesNotMatch(JSON.stringify(result), new RegExp(secret));
  });

  test('F04 what the service refuses is told in its words, with what to do', async () => {
    const read = { action: 'get_issue', issue_key: 'PAY-1' };
    const reasonOf = async () =>
      (await model.call('jira_read_actions', read)).structuredContent.error;
    jira.failNext(429, {}, { 'retry-after': '60' });
    const limited = await reasonOf();
    assert.deepEqual(
      [limited.details.reason_code, limited.details.retryAfter],
      ['upstream_rate_limited', 60],
    );
    jira.failNext(401);
    assert.equal((await reasonOf()).details.reason_code, 'auth_required');
    jira.failNext(400, { errorMessages: ['no such field'] });
    assert.match((await reasonOf()).message, /no such field/);
    jira.failNext(503);
    assert.equal((await reasonOf()).details.reason_code, 'upstream_unavailable');
    jira.failNext(302, {}, { location: 'http://169.254.169.254/' });
    const redirected = await reasonOf();
    assert.equal(redirected.details.reason_code, 'upstream_unavailable');
    assert.doesNotMatch(JSON.stringify(redirected), /169\.254/);
  });

  test('B08 the key is in no answer, no log and no list', async () => {
    const listed = await ok('credentials.list', {});
    assert.deepEqual(
      listed.map((one: any) => [one.service, one.shared, one.account]),
      [['jira', false, 'owner@example.com']],
    );
    assert.doesNotMatch(JSON.stringify(listed), new RegExp(secret));
    assert.equal(server.logLines.filter((line) => line.includes(secret)).length, 0);
    const audit = await ok('audit.list', { perPage: 100 });
    assert.doesNotMatch(JSON.stringify(audit), new RegExp(secret));
  });

  test('B08 a workspace that replaces its key keeps everybody connected', async () => {
    await ok('variables.rotateKey', {});
    const read = { action: 'get_issue', issue_key: 'PAY-1' };
    const { structuredContent } = await model.call('jira_read_actions', read);
    assert.equal(structuredContent.summary, 'Invoices are late');
  });

  test('at the address of all workspaces a tool names those that have the service', async () => {
    await ok('workspaces.create', { id: 'elsewhere', name: 'Elsewhere' });
    const token = await server.tokenWith(['services:jira:read']);
    const anywhere = modelAt(server, token, '/mcp');
    const [tool, ...others] = await anywhere.list();
    assert.equal(tool?.name, 'list_workspaces');
    assert.deepEqual(
      others.map((one) => one.name),
      ['jira_read_actions'],
    );
    assert.deepEqual(others[0]?.inputSchema.properties.workspace_id.enum, ['test']);
    const call = { action: 'get_issue', issue_key: 'PAY-1' };
    const read = await anywhere.call('jira_read_actions', { workspace_id: 'test', ...call });
    assert.equal(read.structuredContent.summary, 'Invoices are late');
    for (const id of ['elsewhere', 'made-up', 'x'.repeat(10_000)]) {
      const refused = await anywhere.call('jira_read_actions', { workspace_id: id, ...call });
      const { code, message, hint } = refused.structuredContent.error;
      assert.equal(code, 'not_found');
      assert.equal(message, `There is no jira_read_actions in "${id.slice(0, 100)}" for you.`);
      assert.match(hint, /in: test\.$/);
    }
  });
});
