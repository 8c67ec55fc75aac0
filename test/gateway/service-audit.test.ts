// The log of service calls through a whole server: a row for each call whatever became of it, who
// may read and take it, and what a killed server leaves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { canonicalJson, sha256 } from '../../src/base/index.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startProcess, temporaryFolder } from '../kit/spawned-server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const secret = 'jira-key-of-the-owner';
const password = 'correct horse battery';
const env = {
  MILLRACE_EGRESS_ALLOW: '127.0.0.1',
  MILLRACE_MASTER_KEY: 'a1'.repeat(32),
};

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

describe('the log of service calls of a server', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let model: Model;
  let operator = '';
  let userId = '';

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const rows = (filter: object = {}) => ok('serviceAudit.list', { perPage: 1000, ...filter });
  const take = (query: string, token?: string | null) =>
    server.fetch(`/api/services/audit/export?workspace=test${query}`, {
      ...(token === undefined ? {} : { token }),
    });

  before(async () => {
    jira = await startJira();
    server = await startTestServer(env, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    model = modelAt(server, await server.tokenWith(['services:jira:read', 'services:jira:write']));
    const email = 'op@example.com';
    await ok('users.create', { email, password });
    await ok('members.add', { email, username: 'op', role: 'operator' });
    operator = (await ok('session.login', { email, password }, undefined)).token;
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  it('has a row for what went through, was refused, and failed', async () => {
    const create = { action: 'create_issue', project: 'PAY', summary: 'canary of the issue' };
    await model.call('jira_write_actions', create);
    await model.call('jira_read_actions', { action: 'get_issue', issue_key: 'PAY-1' });
    await model.call('jira_write_actions', { ...create, dry_run: true });
    jira.failNext(500);
    await model.call('jira_read_actions', { action: 'get_issue', issue_key: 'PAY-1' });
    const refused: [object, number, string][] = [
      [{ service: 'nothing', action: 'x' }, 404, 'service_unknown'],
      [{ service: 'jira', action: 'get_isue' }, 404, 'action_unknown'],
      [{ service: 'jira', action: 'create_issue' }, 400, 'wrong_tool'],
      [{ service: 'jira', action: 'get_issue' }, 400, 'invalid_params'],
      [{ service: 'jira', action: 'x'.repeat(150) }, 404, 'action_unknown'],
    ];
    const numbers = new Map<string, string>();
    for (const [input, expected, reason] of refused) {
      const { status, body } = await server.op('services.read', input);
      assert.deepEqual([status, body.error.details.reason_code], [expected, reason]);
      numbers.set(body.error.details.audit_id, reason);
    }
    const stored = await rows();
    const short = stored.map((row: any) => [row.action, row.class, row.decision, row.reasonCode]);
    assert.deepEqual(short.toReversed(), [
      ['create_issue', 'write', 'allowed', null],
      ['get_issue', 'read', 'allowed', null],
      ['create_issue', 'write', 'allowed', 'dry_run'],
      ['get_issue', 'read', 'failed', 'upstream_unavailable'],
      ['x', null, 'refused', 'service_unknown'],
      ['get_isue', null, 'refused', 'action_unknown'],
      ['create_issue', null, 'refused', 'wrong_tool'],
      ['get_issue', null, 'refused', 'invalid_params'],
      ['(no name)', null, 'refused', 'action_unknown'],
    ]);
    for (const [id, reason] of numbers) {
      assert.equal((await ok('serviceAudit.get', { id })).reasonCode, reason);
    }
    userId = stored[0].subject;
    for (const row of stored) {
      assert.deepEqual([row.subject, row.subjectEmail], [userId, server.owner.email]);
      assert.ok(row.durationMs >= 0);
    }
    // What MCP clients call themselves; the other calls came over REST.
    const clients = stored.map((row: any) => row.client);
    assert.deepEqual(new Set(clients), new Set(['test/1', null]));
    const sent = stored.filter((row: any) => row.upstreamMs !== null);
    assert.equal(sent.length, 3);
    const dump = JSON.stringify(stored) + server.logLines.join('\n');
    for (const canary of ['canary of the issue', secret, 'PAY-1"']) {
      assert.ok(!JSON.stringify(stored).includes(canary), canary);
    }
    assert.ok(!dump.includes(secret));
    assert.equal((await ok('serviceAudit.verify')).ok, true);
  });

  it('is for admins; everybody sees their own', async () => {
    assert.equal((await ok('serviceAudit.mine')).length, 9);
    assert.deepEqual(await ok('serviceAudit.mine', {}, operator), []);
    for (const name of [
      'list',
      'verify',
      'export',
      'settings',
      'throughput',
      'alerts',
      'anchors',
    ]) {
      const { status } = await server.op(`serviceAudit.${name}`, {}, operator);
      assert.equal(status, 403, name);
    }
    assert.equal((await take('', operator)).status, 403);
    assert.equal((await take('', null)).status, 401);
    const scoped = await server.tokenWith(['mcp:all', 'services:jira:read']);
    assert.equal((await take('', scoped)).status, 403);
    assert.equal((await server.fetch('/api/services/audit/export')).status, 403);
    assert.equal((await take('&format=xml')).status, 400);
    assert.equal((await take('&workspace=other')).status, 400);
  });

  it('G04 streams every row, and the export has a row of its own', async () => {
    const response = await take('&format=jsonl');
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const stored = await rows();
    assert.deepEqual(
      lines.map(({ id }) => id).toSorted(byText),
      stored.map(({ id }: any) => id).toSorted(byText),
    );
    for (const { rowHash, ...row } of lines) assert.equal(sha256(canonicalJson(row)), rowHash);
    assert.doesNotMatch(JSON.stringify(lines), /@example\.com/);
    const csv = await (await take('&format=csv&decision=refused&after=0')).text();
    assert.equal(csv.trimEnd().split('\r\n').length, 1 + 5);
    // Rows of reads are written behind.
    const wanted = { operation: 'serviceAudit.export', perPage: 1000 };
    let audited: any[] = [];
    for (let asked = 0; asked < 500 && audited.length < 8; asked += 1) {
      audited = await ok('audit.list', wanted);
    }
    const outcomes = audited.map(({ outcome, email }) => `${outcome} ${email}`);
    assert.equal(outcomes.filter((said) => said === `ok ${server.owner.email}`).length, 2);
    assert.ok(outcomes.includes('refused op@example.com'));
  });

  it('a change that a killed server had sent is known as unknown', async () => {
    const holds = createServer((request) => void request.resume());
    holds.listen(0, '127.0.0.1');
    await once(holds, 'listening');
    const { port } = holds.address() as AddressInfo;
    await ok('services.enable', { name: 'jira', baseUrl: `http://127.0.0.1:${port}` });
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    after(() => {
      holds.closeAllConnections();
      holds.close();
    });
    const folder = temporaryFolder();
    after(() => folder.remove());
    const other = await startProcess(folder.path, {
      ...env,
      MILLRACE_DATABASE_URL: server.databaseUrl,
      MILLRACE_WORKER_SLOTS: '0',
    });
    after(() => other.kill9());
    const arrived = once(holds, 'request');
    const params = { issue_key: 'PAY-1', text: 'canary' };
    const hangs = fetch(`${other.origin}/api/op/services.write?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ service: 'jira', action: 'add_comment', params }),
    }).catch((error: unknown) => error);
    await arrived;
    const [started] = await rows({ action: 'add_comment' });
    assert.deepEqual([started.decision, started.seq], ['started', null]);
    await other.kill9();
    await hangs;
    clock.pass(60_000);
    assert.equal((await rows({ action: 'add_comment' }))[0].decision, 'started');
    for (let asked = 0; asked < 500; asked += 1) {
      clock.pass(10_000);
      const [row] = await rows({ action: 'add_comment' });
      if (row.decision !== 'started') break;
    }
    const [row] = await rows({ action: 'add_comment' });
    assert.deepEqual([row.id, row.decision, row.subject], [started.id, 'unknown', userId]);
    assert.equal((await ok('serviceAudit.verify')).ok, true);
  });
});
