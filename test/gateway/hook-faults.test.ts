// Hooks of the company that fail in the pipeline of a whole server: what they guard is refused with
// its reason and row, nothing was sent, and services that they do not match go on.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startSlack } from '../kit/slack.ts';
import type { Upstream } from '../kit/upstream.ts';
import { type Model, modelAt } from '../mcp/model.ts';

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

describe('hooks that fail', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let slack: Upstream;
  let model: Model;
  let reply: Reply = (response) => void response.end();
  let arrived: () => void = () => undefined;
  const hook = createServer((request, response) => {
    reply(response, request);
    arrived();
  });

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const comment = () =>
    model.call('jira_write_actions', { action: 'add_comment', issue_key: 'PAY-1', text: 'x' });

  before(async () => {
    hook.listen(0, '127.0.0.1');
    [jira, slack] = await Promise.all([startJira(), startSlack()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'slack', baseUrl: slack.origin });
    await ok('credentials.set', { service: 'jira', account: 'o@example.com', secret: 'k' });
    await ok('credentials.set', { service: 'slack', secret: 'k' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    const scopes = ['jira:read', 'jira:write', 'slack:read'].map((one) => `services:${one}`);
    model = modelAt(server, await server.tokenWith(scopes));
    const { port } = hook.address() as AddressInfo;
    await ok('companyHooks.create', {
      source: `{ name: guard, phase: before, match: { tool_name: jira_write_actions },
        webhook: "http://127.0.0.1:${port}/" }`,
    });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    await slack?.stop();
    hook.closeAllConnections();
    hook.close();
  });

  const faults: Record<string, Reply> = {
    'hangs up': (response) => void response.destroy(),
    'fails with 500': (response) => void response.writeHead(500).end('{"decision":"allow"}'),
    'sends elsewhere': (response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    'answers nonsense': (response) => void response.end('allow, please'),
    'answers without a signature': (response) => void response.end('{"decision":"allow"}'),
    'answers with a wrong signature': (response) =>
      void response
        .writeHead(200, {
          'x-millrace-timestamp': String(clock.now()),
          'x-millrace-signature': 'a'.repeat(64),
        })
        .end('{"decision":"allow"}'),
    'answers without end': (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    hangs: () => undefined,
  };
  for (const [what, fault] of Object.entries(faults)) {
    test(`C08 one that ${what} lets nothing pass, and holds nobody else up`, async () => {
      reply = fault;
      const earlier = jira.asked.length;
      const waiting = new Promise<void>((resolve) => (arrived = resolve));
      const asking = comment();
      await waiting;
      const other = await model.call('slack_read_actions', { action: 'channels_list' });
      assert.notEqual(other.isError, true, JSON.stringify(other));
      if (what === 'hangs') clock.pass(10_000);
      const refused = await asking;
      const { details, message } = refused.structuredContent.error;
      assert.deepEqual([details.reason_code, details.hook], ['hook_failed', 'guard']);
      assert.doesNotMatch(message, /169\.254|127\.0\.0\.1/);
      assert.equal(jira.asked.length, earlier, 'nothing was sent');
      const row = await ok('serviceAudit.get', { id: details.audit_id });
      assert.deepEqual(
        [row.subjectEmail, row.actor, row.action, row.decision, row.reasonCode, row.hook],
        [server.owner.email, null, 'add_comment', 'failed', 'hook_failed', 'guard'],
      );
      const read = { action: 'get_issue', issue_key: 'PAY-1' };
      assert.equal((await model.call('jira_read_actions', read)).structuredContent.key, 'PAY-1');
    });
  }
});
