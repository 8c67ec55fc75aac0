// Personal values on their way through a service: models see tokens, Jira gets the values, and
// neither log, audit nor any table holds one in the clear.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertNoCanary, canaries, canaryAnswer } from '../kit/canaries.ts';
import { dumpOf } from '../kit/dump.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const dayMs = 24 * 60 * 60 * 1000;

describe('personal values', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let model: Model;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const read = (action: object): Promise<any> => model.call('jira_read_actions', action);
  const write = (action: object): Promise<any> => model.call('jira_write_actions', action);
  const reasonOf = (result: any): string => result.structuredContent.error.details.reason_code;
  /** The refusal has its row: the person, nobody else, what became of it, and the same reason. */
  async function noted(result: any, reason: string): Promise<void> {
    assert.equal(reasonOf(result), reason);
    const { audit_id: id } = result.structuredContent.error.details;
    const row = await ok('serviceAudit.get', { id });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.reasonCode],
      [server.owner.email, null, reason],
    );
    assert.notEqual(row.decision, 'allowed');
    assertNoCanary(row, 'the row');
  }
  /** The first token of a kind in an answer. */
  const tokenIn = (result: unknown, type: string): string =>
    new RegExp(`⟦${type}_\\d+:[^⟧]*⟧`).exec(JSON.stringify(result))?.[0] ?? 'none';
  const comment = (text: string): Promise<any> =>
    write({ action: 'add_comment', issue_key: 'PAY-1', text });

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'o@example.net', secret: 'key' });
    model = modelAt(server, await server.tokenWith(['services:jira:read', 'services:jira:write']));
    const { assignee, text, json } = canaryAnswer();
    const description = `${String(text)}\n${String(json)}`;
    const fields = { summary: String(text), description, assignee, labels: [canaries.EMAIL] };
    jira.issues.set('PAY-1', { key: 'PAY-1', fields, comments: [] });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  test('D01 results hold tokens, in text and structured content alike', async () => {
    const result = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assertNoCanary(result, 'the result');
    const { assignee, labels } = result.structuredContent;
    assert.match(assignee, /^⟦NAME_\d+:C••• K•••⟧$/);
    assert.match(labels[0], /^⟦EMAIL_1:ca•••@birdsong-canary\.example⟧$/);
    assert.match(result.content[0].text, /⟦SECRET_1:•••⟧/);
    assert.equal(result.structuredContent.key, 'PAY-1');
    const params = { issue_key: 'PAY-1' };
    const byRest = await ok('services.read', { service: 'jira', action: 'get_issue', params });
    assertNoCanary(byRest, 'the result by REST');
  });

  test('a name that was seen in a field is found in the next answer, too', async () => {
    jira.issues.set('PAY-2', { key: 'PAY-2', fields: { summary: `For ${canaries.NAME}.` } });
    const result = await read({ action: 'get_issue', issue_key: 'PAY-2' });
    assert.match(result.structuredContent.summary, /^For ⟦NAME_1:[^⟧]+⟧\.$/);
  });

  test('D01 what a service says of its own error holds none either', async () => {
    const said = { errorMessages: [`${canaries.NAME} <${canaries.EMAIL}> may not see it`] };
    jira.failNext(400, said);
    const result = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    await noted(result, 'upstream_failed');
    assertNoCanary(result, 'the error');
    assert.match(result.structuredContent.error.message, /⟦NAME_1:/);
  });

  test('D01 no cut of a long error leaves half a value', async () => {
    const cuts = Array.from({ length: 12 }, (_, at) => 400 + at * 38);
    for (const dots of cuts) {
      const value = `${canaries.SECRET} ${canaries.IBAN}`;
      jira.failNext(400, `${'.'.repeat(dots)} ${value} ${value}`);
      const result = await read({ action: 'get_issue', issue_key: 'PAY-1' });
      assert.equal(reasonOf(result), 'upstream_failed');
      assert.doesNotMatch(JSON.stringify(result), /ghp_|Can4r|DE89|3704|⟦[^⟧]*…/, `at ${dots}`);
    }
    jira.failNext(400, `${' word'.repeat(20_000)} ${canaries.SECRET}`);
    const { message } = (await read({ action: 'get_issue', issue_key: 'PAY-1' })).structuredContent
      .error;
    assert.match(message, /refused it \(400\): \(\d+ characters\)$/);
  });

  test('a write that allows it carries the values, right before it goes out', async () => {
    const seen = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    const [email, card] = [tokenIn(seen, 'EMAIL'), tokenIn(seen, 'CARD')];
    const done = await comment(`Write to ${email.replace(/:.*/, '⟧')} about ${card}`);
    assert.notEqual(done.isError, true, JSON.stringify(done));
    assertNoCanary(done, 'the answer');
    const sent = JSON.stringify(jira.asked.at(-1)?.body);
    assert.ok(sent.includes(`Write to ${canaries.EMAIL} about ${canaries.CARD}`), sent);
    const dry = { action: 'add_comment', issue_key: 'PAY-1', text: email, dry_run: true };
    assertNoCanary(await write(dry), 'the dry run');
  });

  test('D08 a read sends tokens as they are, and says so', async () => {
    const email = tokenIn(await read({ action: 'get_issue', issue_key: 'PAY-1' }), 'EMAIL');
    jira.failNext(200, { values: [] });
    const result = await read({ action: 'list_projects', name: email });
    const line = decodeURIComponent(jira.asked.at(-1)?.line ?? '');
    assert.ok(line.includes(`query=${email}`), line);
    assert.match(JSON.stringify(result), /EMAIL_1 in name/);
    // The author of a search may opt in: people are looked for by their address.
    await read({ action: 'search_issues', query: `reporter = "${email}"` });
    const asked = decodeURIComponent(jira.asked.at(-1)?.line ?? '');
    assert.ok(asked.includes(canaries.EMAIL), asked);
  });

  test('D03 the token of somebody else stands for nothing, and nothing is sent', async () => {
    const asked = jira.asked.length;
    for (const token of ['⟦EMAIL_999⟧', '<EMAIL_999>', '⟦EMAIL_c1⟧']) {
      const result = await comment(`Write to ${token}`);
      await noted(result, 'pii_token_unknown');
    }
    assert.equal(jira.asked.length, asked);
  });

  test('people see their map with masks, and forget it', async () => {
    const listed = await ok('pii.list', { perPage: 100 });
    assertNoCanary(listed, 'the list');
    const email = listed.find((one: any) => one.token === '⟦EMAIL_1⟧');
    assert.deepEqual([email.display, email.services], ['ca***@birdsong-canary.example', ['jira']]);
    assert.ok(email.uses >= 1 && email.usedAt > 0 && /^[0-9a-f]{12}$/.test(email.fingerprint));
    const seen = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assert.ok((await ok('pii.forget')).tokens >= 7);
    assert.deepEqual(await ok('pii.list'), []);
    assert.equal(reasonOf(await comment(tokenIn(seen, 'EMAIL'))), 'pii_token_unknown');
    const again = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assert.match(tokenIn(again, 'EMAIL'), /^⟦EMAIL_2:/);
  });

  test('D05 a token of yesterday is expired; what is left of it holds no value', async () => {
    const seen = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    clock.pass(dayMs + 1000);
    const result = await comment(tokenIn(seen, 'EMAIL'));
    await noted(result, 'pii_token_expired');
    const listed = await ok('pii.list', { perPage: 100 });
    assert.deepEqual([...new Set(listed.map(({ display }: any) => display))], [null]);
    const back = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assert.equal(tokenIn(back, 'EMAIL'), tokenIn(seen, 'EMAIL'));
  });

  test('D10 what cannot be searched is not shown', async () => {
    let deep: unknown = { displayName: canaries.NAME };
    for (let level = 0; level < 600; level += 1) deep = [{ deep }];
    jira.issues.set('PAY-3', { key: 'PAY-3', fields: { summary: 'deep', labels: deep } });
    const result = await read({ action: 'get_issue', issue_key: 'PAY-3' });
    await noted(result, 'pii_scrub_failed');
    assertNoCanary(result, 'the refusal');
  });

  test('masks instead of tokens, or nothing at all, as an admin says', async () => {
    await ok('pii.setSettings', { strategy: 'mask' });
    const masked = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assertNoCanary(masked, 'the masked result');
    assert.deepEqual(masked.structuredContent.labels, ['ca***@birdsong-canary.example']);
    await ok('pii.setSettings', { strategy: 'pseudonymize', types: ['CARD'] });
    const open = await read({ action: 'get_issue', issue_key: 'PAY-1' });
    assert.deepEqual(open.structuredContent.labels, [canaries.EMAIL]);
    const types = ['CARD', 'EMAIL', 'IBAN', 'IP', 'NAME', 'PHONE', 'SECRET'];
    assert.deepEqual((await ok('pii.setSettings', { types })).types, types);
  });

  test('only admins read and change how values are protected', async () => {
    const made = { email: 'dev@example.net', password: 'a long enough password' };
    assert.ok((await server.op('users.create', made)).status < 300);
    await ok('members.add', { email: made.email, role: 'developer' });
    const { token } = (await server.op('session.login', made)).body;
    const rows: [name: string, input: object, status: number][] = [
      ['pii.settings', {}, 403],
      ['pii.setSettings', { enabled: false }, 403],
      ['pii.list', {}, 200],
      ['pii.forget', {}, 200],
    ];
    for (const [name, input, status] of rows) {
      assert.equal((await server.op(name, input, token)).status, status, name);
      const mcp = await server.tokenWith(['mcp:all']);
      assert.equal((await server.op(name, input, mcp)).status, 403, `${name} by a model`);
    }
    const slow = { patterns: [{ type: 'OWN', pattern: '(a+)+$' }] };
    const { status, body } = await server.op('pii.setSettings', slow);
    assert.deepEqual([status, body.error.code], [400, 'invalid_input']);
    assert.equal((await ok('pii.settings')).patterns.length, 0);
  });

  test('no value is in the log, in the audit or in any table', async () => {
    // What a model writes by itself goes out as it is, and is kept nowhere either.
    const { EMAIL, NAME } = canaries;
    assert.notEqual((await comment(`${NAME} <${EMAIL}>`)).isError, true);
    assert.ok(JSON.stringify(jira.asked.at(-1)?.body).includes(EMAIL));
    assertNoCanary(server.logLines.join('\n'), 'the log');
    assertNoCanary(await ok('audit.list', { perPage: 1000 }), 'the audit log');
    const calls = await ok('serviceAudit.list', { perPage: 100 });
    assertNoCanary(calls, 'the log of service calls');
    assert.match(JSON.stringify(calls), /"piiCounts":\{[^}]*"EMAIL":1/);
    const { text, tables } = await dumpOf(server.databaseUrl, '');
    assert.ok(tables.includes('operation_audit') && tables.includes('gateway_pii_token'));
    assertNoCanary(text, 'the database');
  });
});
