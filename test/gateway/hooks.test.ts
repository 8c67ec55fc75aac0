// Hooks in the pipeline of a whole server: what goes out and what a model is told, through MCP,
// with a Jira that keeps what it is given.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

describe('hooks of services', () => {
  let server: TestServer;
  let jira: Jira;
  let model: Model;

  async function ok(name: string, input: object, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const company = (source: string) => ok('companyHooks.create', { source });
  const create = (more: object = {}) =>
    model.call('jira_write_actions', {
      action: 'create_issue',
      project: 'PAY',
      summary: 'Pay later',
      ...more,
    });
  const newest = (): Promise<any[]> => ok('serviceAudit.list', { perPage: 2 });
  const sent = () => jira.asked.map(({ line }) => line);

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret: 'x' });
    const scopes = ['services:jira:read', 'services:jira:write'];
    model = modelAt(server, await server.tokenWith(scopes));
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });
  afterEach(async () => {
    for (const { name, builtIn } of await ok('companyHooks.list', {})) {
      if (!builtIn) await ok('companyHooks.remove', { name });
    }
    jira.asked.splice(0);
  });

  it('C04 a company hook blocks before anything is sent, a personal one warns', async () => {
    const rule = `
name: short
phase: before
match: { tool_name: jira_write_actions, action: create_issue }
do:
  - validate: { that: { field: params.summary, longer_than: 20 }, message: Say more. }
`;
    await ok('hooks.create', { source: rule });
    const warned = await create();
    assert.notEqual(warned.isError, true, JSON.stringify(warned));
    assert.match(JSON.stringify(warned.content), /short: Say more\./);
    await ok('hooks.remove', { name: 'short' });
    await company(rule);
    jira.asked.splice(0);
    const denied = await create();
    assert.equal(denied.structuredContent.error.details.reason_code, 'hook_denied');
    assert.match(denied.content[0].text, /The hook short refuses this call: Say more/);
    assert.deepEqual(sent(), []);
    // Flows and REST come through the same stages.
    const params = { project: 'PAY', summary: 'x' };
    const input = { service: 'jira', action: 'create_issue', params };
    const { body } = await server.op('services.write', input);
    assert.equal(body.error.details.reason_code, 'hook_denied');
    const [row] = await newest();
    assert.deepEqual([row.decision, row.reasonCode, row.hook], ['refused', 'hook_denied', 'short']);
  });

  it('what a hook makes of the parameters is checked as if it had come in that way', async () => {
    await company('{ name: add, phase: before, do: [{ inject: { colour: red } }] }');
    const wrong = await create();
    assert.equal(wrong.structuredContent.error.details.reason_code, 'invalid_params');
    assert.deepEqual(sent(), []);
    const source = `{ name: add, phase: before, do: [
      { transform: { field: params.summary, prefix: "[ops] " } },
      { instruct: { text: Tell the person about the prefix. } }] }`;
    await ok('companyHooks.update', { name: 'add', source });
    const made = await create();
    assert.match(JSON.stringify(made.content), /Tell the person about the prefix/);
    assert.equal(jira.asked[0]?.body?.['fields'].summary, '[ops] Pay later');
    const dry = await create({ dry_run: true });
    assert.equal(dry.structuredContent.wouldSend.json.fields.summary, '[ops] Pay later');
  });

  it('a chained call is one of its own, under the same rules, three deep', async () => {
    await company(`
name: comment
phase: after
match: { action: create_issue }
do:
  - chain:
      service: jira
      action: add_comment
      params: { issue_key: "{{result.key}}", text: "Made by {{subject.username}}" }
`);
    const made = await create();
    const { key } = made.structuredContent;
    assert.match(JSON.stringify(made.content), /comment wanted jira add_comment: done/);
    assert.deepEqual(sent(), ['POST /rest/api/3/issue', `POST /rest/api/3/issue/${key}/comment`]);
    assert.match(JSON.stringify(jira.asked[1]?.body), /Made by owner/);
    const [second, first] = (await newest()).toSorted((a) => (a.causedBy === null ? 1 : -1));
    assert.deepEqual([second.action, first.action], ['add_comment', 'create_issue']);
    assert.equal(second.causedBy, first.id);
    assert.equal(second.subject, first.subject);
    await company(
      `{ name: loop, phase: after, match: { action: add_comment }, do: [
        { chain: { service: jira, action: add_comment,
            params: { issue_key: "{{params.issue_key}}", text: again } } }] }`,
    );
    jira.asked.splice(0);
    await create();
    assert.equal(sent().filter((line) => line.endsWith('/comment')).length, 3);
    await company(
      `{ name: closed, phase: before, match: { action: add_comment },
        do: [{ block: { message: closed } }] }`,
    );
    const refused = await create();
    assert.notEqual(refused.isError, true);
    assert.match(JSON.stringify(refused.content), /refuses this call: closed/);
  });

  it('C01 what a hook wants asked waits for the person, and then goes out once', async () => {
    await company(`
name: ask
phase: before
match: { service: jira, action: [create_issue, get_issue] }
do:
  - transform: { field: params.summary, upper: true }
  - confirm: { message: "Everybody in {{params.project}} hears of it." }
`);
    const read = (more: object = {}) =>
      model.call('jira_read_actions', { action: 'get_issue', issue_key: 'PAY-1', ...more });
    for (const [ask, says] of [
      [create, /"summary":"PAY LATER".*Everybody in PAY hears of it/],
      [read, /get_issue in Jira/],
    ] as const) {
      const waits = await ask();
      const { code, message, details } = waits.structuredContent.error;
      assert.equal(code, 'confirmation_required', JSON.stringify(waits));
      assert.match(message, says);
      assert.deepEqual(sent(), []);
      const agreed = { confirmation_id: details.confirmation_id };
      const other = await ask({ ...agreed, ...(ask === create && { summary: 'Other' }) });
      assert.equal(other.isError === true, ask === create, 'the id is for these arguments');
      if (ask === create) assert.notEqual((await ask(agreed)).isError, true);
      assert.equal(sent().length, 1);
      assert.equal((await ask(agreed)).isError, true, 'the id is spent');
      assert.equal(sent().length, 1);
      jira.asked.splice(0);
    }
    // A chained call asks for a consent of its own.
    await company(`
name: comment
phase: after
match: { action: add_comment }
do:
  - chain: { service: jira, action: create_issue, params: { project: PAY, summary: sly } }
`);
    const args = { action: 'add_comment', issue_key: 'PAY-1', text: 'x' };
    const made = await model.call('jira_write_actions', args);
    assert.match(JSON.stringify(made.content), /wanted jira create_issue: Nothing was done yet/);
    assert.deepEqual(sent(), ['POST /rest/api/3/issue/PAY-1/comment']);
  });

  it('sessions begin with what is said about the services that they may use', async () => {
    await company('{ name: pay, phase: session, match: { service: jira }, text: Use PAY. }');
    await company('{ name: chat, phase: session, match: { service: slack }, text: Be brief. }');
    await ok('hooks.create', { source: '{ name: me, phase: session, text: I am the owner. }' });
    const { instructions } = await model.send('server/discover');
    assert.match(instructions, /^Use PAY\.\n\nI am the owner\.\n\nMillrace runs/);
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const greeting = async (token: string) => {
      const answer = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
        method: 'POST',
        token,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
      });
      return (await answer.json()) as any;
    };
    const jiraAllowed = await greeting(await server.tokenWith(['services:jira:read']));
    assert.match(jiraAllowed.result.instructions, /^Use PAY/);
    const without = await greeting(await server.tokenWith(['mcp:all']));
    assert.match(without.result.instructions, /^I am the owner/);
    assert.doesNotMatch(without.result.instructions, /PAY/);
    await ok('hooks.remove', { name: 'me' });
  });

  it('a script of an admin decides, and reads nothing with the rights of that admin', async () => {
    await ok('folders.create', { name: 'hooks' });
    await ok('variables.create', { path: 'f/hooks/key', value: 'of-the-admin', isSecret: true });
    const content = `export function main(payload: any) {
      if (payload.params.summary === 'no') return { decision: 'deny', reason: 'as it says' };
      const params = { ...payload.params, description: payload.params.summary };
      return { decision: 'modify', params };
    }`;
    await ok('scripts.create', { path: 'f/hooks/judge', content, language: 'bun' });
    await company(
      '{ name: judge, phase: before, match: { action: create_issue }, script: f/hooks/judge }',
    );
    await create({ summary: '$var:f/hooks/key' });
    const went = JSON.stringify(jira.asked[0]?.body);
    assert.match(went, /\$var:f\/hooks\/key.*\$var:f\/hooks\/key/);
    assert.doesNotMatch(went, /of-the-admin/);
    const denied = await create({ summary: 'no' });
    assert.match(denied.content[0].text, /as it says/);
    await ok('scripts.create', {
      path: 'f/hooks/throws',
      content: "export function main() { throw new Error('boom') }",
      language: 'bun',
    });
    const source = '{ name: judge, phase: before, script: f/hooks/throws }';
    await ok('companyHooks.update', { name: 'judge', source });
    jira.asked.splice(0);
    const failed = await create();
    assert.equal(failed.structuredContent.error.details.reason_code, 'hook_failed');
    assert.doesNotMatch(JSON.stringify(failed), /boom/);
    assert.deepEqual(sent(), []);
    const [row] = await newest();
    assert.deepEqual(
      [row.subjectEmail, row.decision, row.reasonCode, row.hook],
      [server.owner.email, 'failed', 'hook_failed', 'judge'],
    );
  });
});
