// What is high risk: closed until an admin enables it, and then agreed to by a person, each time.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const remove = { action: 'delete_issue', issue_key: 'PAY-1' };

describe('gates of services', () => {
  let server: TestServer;
  let jira: Jira;
  let model: Model;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const actions = async (): Promise<string[]> => {
    const [, writes] = await model.list();
    return writes?.inputSchema.properties.action.enum;
  };
  const deletes = (): number => jira.asked.filter(({ line }) => line.startsWith('DELETE')).length;
  /** By the operation, where no tool hides what is not enabled. */
  const called = async (params: object) => {
    const input = { service: 'jira', action: 'delete_issue', params };
    return (await server.op('services.write', input)).body;
  };

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'o@example.com', secret: 'key' });
    const scopes = ['services:jira:read', 'services:jira:write', 'services:jira:high_risk'];
    model = modelAt(server, await server.tokenWith(scopes));
    await model.call('jira_write_actions', { action: 'create_issue', project: 'P', summary: 's' });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  test('C02 what is not enabled is not listed, and refused with any confirmation', async () => {
    assert.ok(!(await actions()).includes('delete_issue'));
    const result = await model.call('jira_write_actions', { ...remove, confirmed: true });
    assert.equal(
      result.structuredContent.error.details.reason_code,
      'high_risk_not_enabled',
      JSON.stringify(result),
    );
    const [row] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.action, row.class, row.decision, row.reasonCode],
      [server.owner.email, null, 'delete_issue', 'high_risk', 'refused', 'high_risk_not_enabled'],
    );
    const input = { service: 'jira', action: 'delete_issue', confirmed: true };
    const params = { issue_key: 'PAY-1' };
    const { body } = await server.op('services.write', { ...input, params });
    assert.equal(body.error.details.reason_code, 'high_risk_not_enabled');
    assert.deepEqual([deletes(), jira.issues.size], [0, 1]);
  });

  test('C02 an admin sees who tried what, and enables it with a reason', async () => {
    const [tried, ...others] = await ok('gates.blocked');
    assert.deepEqual([tried.service, tried.action, others.length], ['jira', 'delete_issue', 0]);
    assert.equal((await called({ issue_key: 'PAY-1' })).error.code, 'forbidden');
    // By the tool, by the operation, and once more.
    assert.equal((await ok('gates.blocked'))[0].times, 3);
    const gate = { service: 'jira', action: 'delete_issue', reason: 'spring cleaning', days: 7 };
    const { expiresAt, enabledAt } = await ok('gates.enable', gate);
    assert.equal(expiresAt - enabledAt, 7 * 86_400_000);
    assert.deepEqual(await ok('gates.blocked'), []);
    assert.ok((await actions()).includes('delete_issue'));
  });

  test('C01 without consent nothing is sent; with it, once', async () => {
    const asked = await model.call('jira_write_actions', { ...remove, confirmed: true });
    const { code, details } = asked.structuredContent.error;
    assert.equal(code, 'confirmation_required');
    assert.match(details.saying, /delete_issue in Jira.*PAY-1/);
    const [waiting] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [waiting.subjectEmail, waiting.actor, waiting.decision, waiting.reasonCode],
      [server.owner.email, null, 'refused', 'confirmation_required'],
    );
    assert.equal(deletes(), 0);
    const id = details.confirmation_id;
    const other = { ...remove, issue_key: 'PAY-2', confirmation_id: id };
    assert.match(
      (await model.call('jira_write_actions', other)).content[0].text,
      /other arguments/,
    );
    assert.equal(deletes(), 0);
    const again = { ...remove, confirmed: true, confirmation_id: id };
    assert.notEqual((await model.call('jira_write_actions', again)).isError, true);
    assert.deepEqual([deletes(), jira.issues.size], [1, 0]);
    const [sent] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [sent.action, sent.decision, sent.reasonCode],
      ['delete_issue', 'allowed', null],
    );
    assert.match((await model.call('jira_write_actions', again)).content[0].text, /used already/);
    assert.equal(deletes(), 1);
  });

  test('closed again, it is gone at once', async () => {
    await ok('gates.disable', { service: 'jira', action: 'delete_issue' });
    assert.ok(!(await actions()).includes('delete_issue'));
    const { error } = await called({ issue_key: 'PAY-1' });
    assert.equal(error.details.reason_code, 'high_risk_not_enabled');
  });

  test('a kind of risk may be left to the person alone', async () => {
    await ok('gates.setCategory', { category: 'delete', gate: 'confirmed' });
    assert.ok((await actions()).includes('delete_issue'));
    const asked = await model.call('jira_write_actions', remove);
    assert.equal(asked.structuredContent.error.code, 'confirmation_required');
    await ok('gates.setCategory', { category: 'delete', gate: 'closed' });
    assert.ok(!(await actions()).includes('delete_issue'));
  });

  test('only admins open gates, and no token of a model does', async () => {
    const token = await server.tokenWith(['services:*:high_risk', 'mcp:all']);
    const gate = { service: 'jira', action: 'delete_issue', reason: 'because I say so' };
    for (const [name, input] of [
      ['gates.enable', gate],
      ['gates.setCategory', { category: 'delete', gate: 'confirmed' }],
      ['gates.list', {}],
      ['services.setReadOnly', { readOnly: false }],
    ] as const) {
      assert.equal((await server.op(name, input, token)).status, 403, name);
    }
  });

  test('C03 while services are only read nothing changes: listed, hidden or chained', async () => {
    const hook = `
name: follow
phase: after
match: { action: get_issue }
do:
  - chain: { service: jira, action: add_comment, params: { issue_key: PAY-7, text: sly } }
`;
    await ok('companyHooks.create', { source: hook });
    await ok('gates.enable', {
      service: 'jira',
      action: 'delete_issue',
      reason: 'a test',
      days: 1,
    });
    jira.issues.set('PAY-7', { key: 'PAY-7', fields: { summary: 's' }, comments: [] });
    await ok('services.setReadOnly', { readOnly: true });
    const changes = () => jira.asked.filter(({ method }) => method !== 'GET').length;
    const earlier = changes();
    const read = await model.call('jira_read_actions', { action: 'get_issue', issue_key: 'PAY-7' });
    assert.match(JSON.stringify(read.content), /follow wanted jira add_comment: .*only read/);
    const [chained] = await ok('serviceAudit.list', { perPage: 1, action: 'add_comment' });
    assert.deepEqual([chained.decision, chained.reasonCode], ['refused', 'read_only_mode']);
    assert.notEqual(chained.causedBy, null);
    for (const action of ['add_comment', 'delete_issue']) {
      const args = { action, issue_key: 'PAY-7', ...(action === 'add_comment' && { text: 'x' }) };
      const { structuredContent } = await model.call('jira_write_actions', args);
      assert.equal(structuredContent.error.details.reason_code, 'read_only_mode');
      const [row] = await ok('serviceAudit.list', { perPage: 1, action });
      assert.deepEqual(
        [row.subjectEmail, row.decision, row.reasonCode],
        [server.owner.email, 'refused', 'read_only_mode'],
      );
    }
    assert.equal(changes(), earlier);
    await ok('services.setReadOnly', { readOnly: false });
    await ok('companyHooks.remove', { name: 'follow' });
  });
});
