// End to end: a schedule starts a flow that reads Jira and posts to Slack as its owner, with the
// clients that scripts have, against what the vendors publish. What it may not delete it does not.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { tick } from '../kit/ticks.ts';
import { type Prism, startPrism } from '../kit/vendors.ts';

const keys = { jira: 'jira-key-of-the-owner', slack: 'xoxp-slack-key-of-the-owner' };
const flowPath = 'f/team/digest';
const actor = `millrace:local/test/${flowPath}`;
const schedulePath = 'f/team/digest_hourly';

/** The document asks for the token as a field; by now Slack takes it as a header, as we send it. */
function tokenInHeader(document: any): void {
  for (const methods of Object.values<any>(document.paths)) {
    for (const method of Object.values<any>(methods)) {
      method.parameters = method.parameters?.filter(({ name }: any) => name !== 'token');
    }
  }
}

const read = `import { millrace } from 'millrace';
export async function main() {
  const issue = await millrace.jira.read({ action: 'get_issue', issue_key: 'PAY-1' });
  return { key: issue.key, environment: Object.values(process.env).join() };
}`;
const post = `import mcpgate
import os

def main(key):
    text = f"{key} is late"
    said = mcpgate.slack_write_actions(action="post_message", channel="C1", text=text)
    return {"posted": bool(said), "environment": ",".join(os.environ.values())}
`;
const remove = `import { millrace } from 'millrace';
export async function main(confirmed?: boolean) {
  const issue = { issue_key: 'PAY-1', ...(confirmed && { confirmed }) };
  return millrace.jira.write({ action: 'delete_issue', ...issue });
}`;

const javascript = (expr: string) => ({ type: 'javascript', expr });

const value = {
  'gateway-services': [{ jira: ['read', 'high_risk'] }, { slack: ['write'] }],
  modules: [
    { id: 'a', value: { type: 'rawscript', language: 'bun', content: read } },
    {
      id: 'b',
      value: {
        type: 'rawscript',
        language: 'python3',
        content: post,
        input_transforms: { key: javascript('results.a.key') },
      },
    },
    {
      id: 'c',
      skip_if: { expr: '!flow_input.remove' },
      value: {
        type: 'rawscript',
        language: 'bun',
        content: remove,
        input_transforms: { confirmed: javascript('flow_input.confirmed') },
      },
    },
  ],
};

describe('a scheduled flow that acts as its owner', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Prism;
  let slack: Prism;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const rows = (run: any): Promise<any[]> =>
    ok('serviceAudit.list', { perPage: 20 }).then((all: any[]) =>
      all.filter(({ jobId }) => run.steps.includes(jobId)).toReversed(),
    );

  /** The run at the next time, with the ids of its steps. */
  async function fire(args: object = {}): Promise<any> {
    await ok('schedules.update', { path: schedulePath, args });
    const run = await tick(server, clock, schedulePath);
    const steps = await ok('jobs.list', { parentJob: run.id });
    return { ...run, steps: steps.map(({ id }: any) => id) };
  }

  before(async () => {
    [jira, slack] = await Promise.all([startPrism('jira'), startPrism('slack', tokenInHeader)]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'slack', baseUrl: slack.origin });
    const account = 'owner@example.com';
    await ok('credentials.set', { service: 'jira', account, secret: keys.jira });
    await ok('credentials.set', { service: 'slack', secret: keys.slack });
    await ok('folders.create', { name: 'team' });
    await ok('delegation.set', { enabled: true });
    await ok('flows.create', { path: flowPath, value });
    await ok('schedules.create', {
      path: schedulePath,
      schedule: '0 0 * * * *',
      timezone: 'UTC',
      scriptPath: flowPath,
      isFlow: true,
    });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    await slack?.stop();
  });

  test('reads Jira, posts to Slack, and the audit says who and what', async () => {
    const run = await fire();
    assert.equal(run.success, true, JSON.stringify(run.result));
    assert.deepEqual([run.triggerKind, run.permissionedAs], ['schedule', 'u/owner']);
    const noted = await rows(run);
    const said = noted.map((row) => [row.service, row.action, row.decision, row.actor]);
    assert.deepEqual(said, [
      ['jira', 'get_issue', 'allowed', actor],
      ['slack', 'post_message', 'allowed', actor],
    ]);
    for (const row of noted) assert.equal(row.subjectEmail, 'owner@example.com');
    const exchanges = await ok('gatewayExchanges.list', {});
    const given = exchanges.map((one: any) => [one.subject, one.actor, one.scope, one.reasonCode]);
    const each = ['owner', actor, 'jira:read slack:write', null];
    assert.deepEqual(given, [each, each]);
  });

  test('a delete is refused without the admin’s grant, and nothing goes out', async () => {
    const run = await fire({ remove: true, confirmed: true });
    assert.equal(run.success, false);
    assert.equal(run.result.error.name, 'Refused', JSON.stringify(run.result));
    assert.match(run.result.error.message, /^high_risk_not_granted: /);
    const refused = (await rows(run)).at(-1);
    assert.deepEqual(
      [refused.action, refused.decision, refused.reasonCode, refused.actor],
      ['delete_issue', 'refused', 'high_risk_not_granted', actor],
    );
  });

  test('with the grant it needs its confirmation, and then deletes', async () => {
    await ok('highRiskGrants.create', {
      flowPath,
      service: 'jira',
      action: 'delete_issue',
      reason: 'closes what was invoiced',
      days: 1,
    });
    const asked = await fire({ remove: true });
    assert.equal(asked.success, false);
    assert.match(asked.result.error.message, /^confirmation_required: /);
    const run = await fire({ remove: true, confirmed: true });
    assert.equal(run.success, true, JSON.stringify(run.result));
    const deleted = (await rows(run)).at(-1);
    assert.deepEqual(
      [deleted.action, deleted.class, deleted.decision, deleted.actor, deleted.subjectEmail],
      ['delete_issue', 'high_risk', 'allowed', actor, 'owner@example.com'],
    );
  });

  test('no key and no delegated token is anywhere but in the gateway', async () => {
    const jobs = await ok('jobs.list', { perPage: 100 });
    assert.ok(jobs.length >= 12, String(jobs.length));
    const kept = await Promise.all(jobs.map(({ id }: any) => ok('jobs.get', { id })));
    const logs = await Promise.all(jobs.map(({ id }: any) => ok('jobs.logs', { id })));
    const audit = await ok('serviceAudit.list', { perPage: 100 });
    const said = { kept, logs, audit, log: server.logLines };
    for (const [where, what] of Object.entries(said)) {
      const text = JSON.stringify(what);
      for (const secret of [keys.jira, keys.slack, 'gwd_']) {
        assert.ok(!text.includes(secret), `${secret} in ${where}`);
      }
    }
    // The steps answered their whole environment: it was read, with what a job has.
    assert.match(JSON.stringify(kept), /"environment":"[^"]*f\/team\/digest/);
    assert.doesNotMatch(JSON.stringify([audit, server.logLines]), /mrj_/);
  });
});
