// What a model does with the words "every weekday 9:00, my open Jira issues, summary to Slack, stop
// if one is Blocked": through an SDK client and what the server tells it, and nothing else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Jira, startJira } from '../kit/jira.ts';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startSlack } from '../kit/slack.ts';
import { tick } from '../kit/ticks.ts';
import type { Upstream } from '../kit/upstream.ts';

type Loose = any;
const jql = 'assignee = currentUser() AND statusCategory != Done';
const issue = (key: string, summary: string, status: string): Loose => ({
  key,
  fields: { summary, status: { name: status } },
  comments: [],
});

/** The first fenced block of that language in a page. */
function exampleIn(page: string, language: string, word: string): string {
  const blocks = [...page.matchAll(/```(\w+)\n([^]*?)```/g)];
  return blocks.find(([, kind, text]) => kind === language && text?.includes(word))?.[2] ?? '';
}

describe('a model that is told what shall happen', () => {
  const clock = movingClock();
  let server: TestServer;
  let jira: Jira;
  let slack: Upstream;
  /** Can be asked: what it was asked, and what the person says. */
  let asking: Client;
  /** Cannot: it gets an id to come back with. */
  let plain: Client;
  const asked: string[] = [];
  let says: 'accept' | 'decline' = 'accept';
  let value: Loose;

  async function ok(name: string, input: object = {}): Promise<Loose> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  async function connect(capabilities: object): Promise<Client> {
    const scopes = ['mcp:all', 'services:*:read', 'services:*:write'];
    const token = await server.tokenWith(scopes);
    const identity = { name: 'a model', version: '1' };
    const client = new Client(identity, { versionNegotiation: { mode: 'auto' }, capabilities });
    if ('elicitation' in capabilities) {
      client.setRequestHandler('elicitation/create', async ({ params }: Loose) => {
        asked.push(params.message);
        return says === 'accept' ? { action: 'accept', content: {} } : { action: 'decline' };
      });
    }
    const headers = { authorization: `Bearer ${token}` };
    const address = new URL('/api/mcp/w/test/mcp', server.origin);
    await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }));
    return client;
  }

  /** What a tool answers; an error is an answer too. */
  async function use(client: Client, name: string, args: object): Promise<Loose> {
    const result: Loose = await client.callTool({ name, arguments: { ...args } });
    const given = result.structuredContent ?? result.content?.[0]?.text;
    return result.isError ? { error: given?.error ?? given } : given;
  }

  before(async () => {
    [jira, slack] = await Promise.all([startJira(), startSlack()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    // What an admin and the person did once, before any model came.
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'slack', baseUrl: slack.origin });
    const account = 'owner@example.com';
    await ok('credentials.set', { service: 'jira', account, secret: 'jira-key' });
    await ok('credentials.set', { service: 'slack', secret: 'slack-key' });
    await ok('delegation.set', { enabled: true });
    await ok('folders.create', { name: 'team' });
    jira.issues.set('PAY-1', issue('PAY-1', 'Late invoice', 'In Progress'));
    jira.issues.set('PAY-2', issue('PAY-2', 'Wrong sum', 'To Do'));
    asking = await connect({ elicitation: { form: {} } });
    plain = await connect({});
  });
  after(async () => {
    await asking?.close();
    await plain?.close();
    await server?.stop();
    await jira?.stop();
    await slack?.stop();
  });

  test('learns from the server where to begin', async () => {
    const instructions = asking.getInstructions() ?? '';
    assert.match(instructions, /gateway-services: readDocsPage how-to\/delegation/);
    const { tools } = await asking.listTools();
    const named = (name: string): Loose => tools.find((tool) => tool.name === name);
    assert.match(named('createFlow').inputSchema.properties.value.description, /gateway-services/);
    assert.match(named('jira_read_actions').description, /search_issues.*currentUser\(\)/);
    assert.match(named('slack_write_actions').description, /post_message.*Takes channel, text/);
    const { resources } = await asking.listResources();
    const uris = resources.map(({ uri }) => uri);
    assert.ok(uris.includes('millrace://docs/how-to/delegation'));
    const task = 'every weekday 9:00, my open Jira issues, summary to Slack';
    const prompt: Loose = await asking.getPrompt({ name: 'automate', arguments: { task } });
    assert.match(prompt.messages[0].content.text, /every weekday 9:00[^]*validateFlow/);
    assert.match(JSON.stringify(prompt.messages[1]), /gateway-services/);
    const found = await use(asking, 'queryDocumentation', { query: task });
    assert.match(JSON.stringify(found), /how-to\/delegation/);
  });

  test('sees what the flow will see, and what it would send', async () => {
    const read = await use(asking, 'jira_read_actions', { action: 'search_issues', query: jql });
    assert.deepEqual(
      read.issues.map((one: Loose) => [one.key, one.status]),
      [
        ['PAY-1', 'In Progress'],
        ['PAY-2', 'To Do'],
      ],
    );
    const post = { action: 'post_message', channel: 'C1', text: 'PAY-1 Late invoice' };
    const would = await use(asking, 'slack_write_actions', { ...post, dry_run: true });
    assert.equal(would.wouldSend.path, '/chat.postMessage');
    const sent = slack.asked.filter(({ line }) => line.includes('postMessage'));
    assert.deepEqual([sent.length, asked.length], [0, 0], 'nothing was sent, nobody asked');
  });

  test('drafts the flow out of the page, has it checked, and tries it with mocks', async () => {
    const page = await use(asking, 'readDocsPage', { url: 'how-to/delegation' });
    const text = typeof page === 'string' ? page : (page.text ?? page.result);
    const draft = exampleIn(text, 'yaml', 'stop_after_if');
    ({ value } = parse(draft));
    const wrong = { ...value, 'gateway-services': [{ jira: ['everything'] }] };
    const refused = await use(asking, 'validateFlow', { value: wrong });
    assert.equal(refused.valid, false);
    assert.match(JSON.stringify(refused.problems), /everything.*no class/);
    const { modules } = value;
    const { warnings } = await use(asking, 'validateFlow', { value: { modules } });
    assert.match(warnings.join(), /module issues: .*module post: .*declares gateway-services/);
    const checked = await use(asking, 'validateFlow', { value });
    assert.deepEqual(checked, { valid: true, problems: [], warnings: [] });
    const bare = await use(asking, 'runFlowPreviewAndWaitResult', { value, args: {} });
    assert.match(JSON.stringify(bare), /job_is_preview[^]*mock/);
    const [issues, post] = value.modules;
    const found = (status: string) => ({ issues: [{ key: 'PAY-1', summary: 'Late', status }] });
    const mocked = (status: string) => ({
      ...value,
      modules: [
        { ...issues, mock: { enabled: true, return_value: found(status) } },
        { ...post, mock: { enabled: true, return_value: { ts: '1' } } },
      ],
    });
    const tried = async (status: string) =>
      use(asking, 'runFlowPreviewAndWaitResult', {
        value: mocked(status),
        args: { channel: 'C1' },
      });
    assert.deepEqual(await tried('To Do'), { ts: '1' });
    assert.deepEqual(await tried('Blocked'), found('Blocked'), 'it stops there');
  });

  test('writes it as the person, who is asked for the schedule', async () => {
    const made = await use(asking, 'createFlow', {
      path: 'f/team/standup',
      summary: 'My open issues to Slack',
      value,
      schema: { type: 'object', properties: { channel: { type: 'string' } } },
    });
    assert.ok(!made.error, JSON.stringify(made));
    const cron = { schedule: '0 0 9 * * MON-FRI', timezone: 'Europe/Berlin' };
    const { result: times } = await use(asking, 'previewSchedule', cron);
    assert.equal(times.length, 5);
    for (const time of times) assert.ok(![0, 6].includes(new Date(time).getUTCDay()), time);
    const { tools } = await asking.listTools();
    const tool: Loose = tools.find(({ name }) => name === 'createSchedule');
    const all: Loose = {
      path: 'f/team/standup',
      script_path: 'f/team/standup',
      is_flow: true,
      ...cron,
      args: { channel: 'C1' },
      enabled: true,
    };
    for (const name of tool.inputSchema.required) assert.ok(name in all, name);
    says = 'decline';
    const declined = await use(asking, 'createSchedule', all);
    assert.match(JSON.stringify(declined.error), /declined|Nothing was done/);
    assert.equal(await ok('schedules.exists', { path: 'f/team/standup' }), false);
    says = 'accept';
    asked.length = 0;
    const done = await use(asking, 'createSchedule', all);
    assert.ok(!done.error, JSON.stringify(done));
    assert.match(asked.join(), /Create the schedule “f\/team\/standup”.*with your rights/);
    const schedule = await ok('schedules.get', { path: 'f/team/standup' });
    assert.deepEqual([schedule.permissionedAs, schedule.enabled], ['u/owner', true]);
  });

  test('without a form the person agrees by an id, which is good once', async () => {
    const post = { action: 'post_message', channel: 'C1', text: 'the standup begins tomorrow' };
    const first = await use(plain, 'slack_write_actions', post);
    assert.equal(first.error.code, 'confirmation_required');
    assert.match(first.error.message, /post_message in Slack/);
    const { confirmation_id } = first.error.details;
    const posted = await use(plain, 'slack_write_actions', { ...post, confirmation_id });
    assert.match(posted.ts, /^17/);
    const again = await use(plain, 'slack_write_actions', { ...post, confirmation_id });
    assert.match(again.error.message, /used already/);
    const other = {
      path: 'f/team/other',
      script_path: 'f/team/standup',
      is_flow: true,
      schedule: '0 0 9 * * MON-FRI',
      timezone: 'UTC',
      args: {},
      enabled: true,
    };
    const schedule = await use(plain, 'createSchedule', other);
    assert.equal(schedule.error.code, 'confirmation_required');
    const id = schedule.error.details.confirmation_id;
    const done = await use(plain, 'createSchedule', { ...other, confirmation_id: id });
    assert.ok(!done.error, JSON.stringify(done));
    await ok('schedules.delete', { path: 'f/team/other' });
  });

  test('at nine the flow posts as the person, and stops when an issue is Blocked', async () => {
    const posts = (): Loose[] => slack.asked.filter(({ line }) => line.includes('postMessage'));
    const already = posts().length;
    const run = await tick(server, clock, 'f/team/standup');
    assert.equal(run.success, true, JSON.stringify(run.result));
    assert.equal(posts().length, already + 1);
    const rows: Loose[] = await ok('serviceAudit.list', { perPage: 2 });
    assert.deepEqual(
      rows.map((row: Loose) => [row.action, row.actor, row.subjectEmail, row.decision]),
      ['post_message', 'search_issues'].map((action) => [
        action,
        'millrace:local/test/f/team/standup',
        'owner@example.com',
        'allowed',
      ]),
    );
    jira.issues.set('PAY-3', issue('PAY-3', 'No answer', 'Blocked'));
    const stopped = await tick(server, clock, 'f/team/standup');
    assert.equal(stopped.success, true, JSON.stringify(stopped.result));
    assert.equal(posts().length, already + 1, 'nothing was posted');
  });
});
