// The curated services against stand-ins that keep what they are given: a person creates, reads,
// changes and lists page by page; too many calls and errors come back as refusals.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Clock, systemClock } from '../../src/base/index.ts';
import { startGitHub } from '../kit/github.ts';
import { startGitLab } from '../kit/gitlab.ts';
import { startJira } from '../kit/jira.ts';
import { startNotion } from '../kit/notion.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startSlack } from '../kit/slack.ts';
import type { Upstream } from '../kit/upstream.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const pauseMs = 7000;
const waits: number[] = [];
/** The pause that a service asks for is over at once, and was asked for all the same. */
const clock: Clock = {
  now: systemClock.now,
  after(ms, run) {
    if (ms !== pauseMs) return systemClock.after(ms, run);
    waits.push(ms);
    return systemClock.after(0, run);
  },
};

type Params = Record<string, unknown>;
type Step = [action: string, params: Params, expected: Params];

interface Story {
  service: string;
  start: () => Promise<Upstream>;
  /** The header that the key goes out in, and others that each request has. */
  headers: Record<string, string>;
  /** Each write is sent by the tool for writes; each result holds what is expected. */
  steps: Step[];
  /** What `count` of these make is read page by page. */
  pages: { create: Step; count: number; list: [action: string, params: Params, field: string] };
  read: [action: string, params: Params];
  write: [action: string, params: Params];
  /** Of what is not there. */
  missing: [action: string, params: Params, words: RegExp];
  risky: Step;
}

const inRepo = { owner: 'acme', repo: 'billing' };
const inProject = { project: 'acme/billing' };
const firstPage = '1'.padStart(32, '0');
const database = 'd'.repeat(32);

const stories: Story[] = [
  {
    service: 'jira',
    start: startJira,
    headers: { authorization: `Basic ${Buffer.from('ann@example.com:key-1').toString('base64')}` },
    steps: [
      ['create_issue', { project: 'PAY', summary: 'Late', labels: ['a'] }, { key: 'PAY-1' }],
      ['update_issue', { issue_key: 'PAY-1', summary: 'Very late' }, { updated: true }],
      ['search_users', { name: 'Ann' }, { next: null }],
      ['assign_issue', { issue_key: 'PAY-1', assignee_id: 'a:1' }, { assigned: true }],
      ['get_transitions', { issue_key: 'PAY-1' }, {}],
      ['transition_issue', { issue_key: 'PAY-1', transition_id: '21' }, { transitioned: true }],
      ['add_comment', { issue_key: 'PAY-1', text: 'one\ntwo' }, { id: '1' }],
      [
        'get_issue',
        { issue_key: 'PAY-1' },
        {
          summary: 'Very late',
          status: 'In Progress',
          assignee: '⟦NAME_1:A••• L•••⟧',
          labels: ['a'],
        },
      ],
      ['get_comments', { issue_key: 'PAY-1' }, { next: null }],
    ],
    pages: {
      create: ['create_issue', { project: 'PAY', summary: 'more' }, {}],
      count: 4,
      list: ['list_issues', { project: 'PAY', limit: 2, assignee: 'me' }, 'issues'],
    },
    read: ['get_issue', { issue_key: 'PAY-1' }],
    write: ['add_comment', { issue_key: 'PAY-1', text: 'x' }],
    missing: ['get_issue', { issue_key: 'PAY-99' }, /does not exist/],
    risky: ['delete_issue', { issue_key: 'PAY-1' }, { deleted: true }],
  },
  {
    service: 'slack',
    start: startSlack,
    headers: { authorization: 'Bearer key-1' },
    steps: [
      ['channels_list', {}, { next: '0' }],
      ['post_message', { channel: 'C1', text: 'hi & bye' }, { ts: '1700000000.000100' }],
      ['update_message', { channel: 'C1', ts: '1700000000.000100', text: 'é ⟦x⟧' }, {}],
      ['add_reaction', { channel: 'C1', ts: '1700000000.000100', emoji: 'tada' }, { added: true }],
      ['user_info', { user: 'U1' }, { email: '⟦EMAIL_1:a•••@example.com⟧' }],
      ['user_by_email', { email: '⟦EMAIL_1⟧' }, { id: 'U1' }],
    ],
    pages: {
      create: ['post_message', { channel: 'C1', text: 'more' }, {}],
      count: 4,
      list: ['channels_history', { channel: 'C1', limit: 2 }, 'messages'],
    },
    read: ['channels_history', { channel: 'C1' }],
    write: ['post_message', { channel: 'C1', text: 'x' }],
    missing: ['channels_history', { channel: 'C9' }, /channel_not_found/],
    risky: ['delete_message', { channel: 'C1', ts: '1700000000.000100' }, { channel: 'C1' }],
  },
  {
    service: 'github',
    start: startGitHub,
    headers: {
      authorization: 'Bearer key-1',
      accept: 'application/vnd.github+json, application/json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'millrace',
    },
    steps: [
      ['create_issue', { ...inRepo, title: 'Late', labels: ['bug'] }, { number: 1 }],
      ['update_issue', { ...inRepo, issue_number: 1, title: 'Very late' }, { number: 1 }],
      ['get_issue', { ...inRepo, issue_number: 1 }, { title: 'Very late', author: 'ann' }],
      [
        'write_file',
        { ...inRepo, path: 'src/ä b.ts', content: 'hé', message: 'add' },
        { path: 'src/ä b.ts' },
      ],
      ['get_file', { ...inRepo, path: 'src/ä b.ts' }, { content: 'hé', binary: false }],
    ],
    pages: {
      create: ['create_issue', { ...inRepo, title: 'more' }, {}],
      count: 4,
      list: ['list_issues', { ...inRepo, limit: 2 }, 'issues'],
    },
    read: ['get_issue', { ...inRepo, issue_number: 1 }],
    write: ['create_issue', { ...inRepo, title: 'x' }],
    missing: ['get_issue', { ...inRepo, issue_number: 99 }, /Not Found/],
    risky: ['delete_branch', { ...inRepo, branch: 'feature/one' }, { deleted: true }],
  },
  {
    service: 'gitlab',
    start: startGitLab,
    headers: { authorization: 'Bearer key-1' },
    steps: [
      ['create_issue', { ...inProject, title: 'Late', labels: ['a', 'b'] }, { iid: 1 }],
      ['update_issue', { ...inProject, issue_number: 1, title: 'Very late' }, { iid: 1 }],
      ['get_issue', { ...inProject, issue_number: 1 }, { title: 'Very late', labels: 'a,b' }],
      [
        'create_merge_request',
        { ...inProject, title: 'Mend', source_branch: 'mend', target_branch: 'main' },
        { iid: 1 },
      ],
      ['get_file', { ...inProject, path: 'src/main.go' }, { content: 'package main' }],
    ],
    pages: {
      create: ['create_issue', { ...inProject, title: 'more' }, {}],
      count: 4,
      list: ['list_issues', { ...inProject, limit: 2 }, 'issues'],
    },
    read: ['get_issue', { ...inProject, issue_number: 1 }],
    write: ['create_issue', { ...inProject, title: 'x' }],
    missing: ['get_issue', { ...inProject, issue_number: 99 }, /Project Not Found/],
    risky: [
      'merge_merge_request',
      { ...inProject, merge_request_number: 1 },
      { iid: 1, state: 'merged' },
    ],
  },
  {
    service: 'notion',
    start: startNotion,
    headers: { authorization: 'Bearer key-1', 'notion-version': '2022-06-28' },
    steps: [
      ['create_page', { parent_id: database, title: 'Plan', content: '# A' }, { id: firstPage }],
      ['append_blocks', { page_id: firstPage, content: '- [x] done\n\nend' }, {}],
      [
        'update_page',
        { page_id: firstPage, properties: { Kind: { select: { name: 'Idea' } } } },
        { title: 'Plan' },
      ],
      [
        'get_page',
        { page_id: firstPage },
        { title: 'Plan', properties: { title: 'Plan', Kind: 'Idea' } },
      ],
      [
        'get_page_content',
        { page_id: firstPage },
        {
          blocks: [
            { id: '0', has_children: false, type: 'heading_1', text: 'A' },
            { id: '1', has_children: false, type: 'to_do', text: 'done', checked: true },
            { id: '2', has_children: false, type: 'paragraph', text: 'end' },
          ],
        },
      ],
    ],
    pages: {
      create: ['create_page', { parent_id: database, title: 'more' }, {}],
      count: 4,
      list: ['query_database', { database_id: database, limit: 2 }, 'pages'],
    },
    read: ['get_page', { page_id: firstPage }],
    write: ['add_comment', { page_id: firstPage, text: 'x' }],
    missing: ['get_page', { page_id: 'f'.repeat(32) }, /Could not find page/],
    risky: ['archive_page', { page_id: firstPage }, { archived: true }],
  },
];

describe('curated services', () => {
  let server: TestServer;
  let model: Model;
  const stands = new Map<string, Upstream>();

  async function ok(name: string, input: object): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  /** By the tool that lists the action. */
  async function call(service: string, action: string, params: Params): Promise<any> {
    const { actions } = (await ok('services.list', {})).find((one: any) => one.name === service);
    const { class: is } = actions.find((one: any) => one.name === action);
    const tool = `${service}_${is === 'read' ? 'read' : 'write'}_actions`;
    const result = await model.call(tool, { action, ...params });
    // Where a built-in hook has the person asked, they agree.
    const { code, details } = result.structuredContent?.error ?? {};
    if (code !== 'confirmation_required') return result;
    return model.call(tool, { action, ...params, confirmation_id: details.confirmation_id });
  }
  const done = async (service: string, [action, params, expected]: Step): Promise<any> => {
    const { isError, structuredContent } = await call(service, action, params);
    const what = `${service} ${action}: ${JSON.stringify(structuredContent)}`;
    assert.notEqual(isError, true, what);
    assert.partialDeepStrictEqual(structuredContent, expected, what);
    return structuredContent;
  };
  const refused = async (service: string, [action, params]: [string, Params, ...unknown[]]) => {
    const { isError, structuredContent } = await call(service, action, params);
    assert.equal(isError, true, JSON.stringify(structuredContent));
    const { error } = structuredContent;
    const row = await ok('serviceAudit.get', { id: error.details.audit_id });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.service, row.action, row.decision, row.reasonCode],
      [server.owner.email, null, service, action, row.decision, error.details.reason_code],
    );
    assert.ok(row.decision === 'failed' || row.decision === 'refused');
    assert.doesNotMatch(JSON.stringify(row), /key-1/);
    return error;
  };

  before(async () => {
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }, { clock });
    model = modelAt(server, await server.tokenWith(['services:*:read', 'services:*:write']));
    for (const { service, start } of stories) {
      const stand = await start();
      stands.set(service, stand);
      await ok('services.enable', { name: service, baseUrl: stand.origin });
      const account = service === 'jira' ? 'ann@example.com' : '';
      await ok('credentials.set', { service, account, secret: 'key-1' });
    }
  });
  after(async () => {
    await server?.stop();
    for (const stand of stands.values()) await stand.stop();
  });

  for (const { service, steps, pages, headers, ...story } of stories) {
    const upstream = (): Upstream => {
      const stand = stands.get(service);
      assert.ok(stand);
      return stand;
    };

    test(`${service}: what is created is read and changed, with the person’s own key`, async () => {
      for (const step of steps) await done(service, step);
      assert.equal(upstream().asked.length, steps.length);
      for (const asked of upstream().asked) assert.partialDeepStrictEqual(asked.headers, headers);
    });

    test(`${service}: a list is read page by page, each thing once, to its end`, async () => {
      for (let made = 0; made < pages.count; made += 1) await done(service, pages.create);
      const [action, params, field] = pages.list;
      const found: string[] = [];
      let next: unknown;
      do {
        const step: Step = [action, { ...params, ...(next === undefined ? {} : { next }) }, {}];
        const page = await done(service, step);
        assert.ok(page[field].length <= 2);
        found.push(...page[field].map((one: unknown) => JSON.stringify(one)));
        ({ next } = page);
      } while (next !== null);
      assert.equal(found.length, pages.count + 1);
      assert.equal(new Set(found).size, found.length);
    });

    test(`F04 ${service}: a read waits once as long as it is told, a write never`, async () => {
      const stand = upstream();
      const began = [stand.asked.length, waits.length] as const;
      stand.failNext(429, {}, { 'retry-after': '7' });
      await done(service, [...story.read, {}]);
      assert.deepEqual([stand.asked.length - began[0], waits.length - began[1]], [2, 1]);
      stand.failNext(429, {}, { 'retry-after': '7' });
      const limited = await refused(service, story.write);
      assert.deepEqual(
        [limited.details.reason_code, limited.details.retryAfter],
        ['upstream_rate_limited', 7],
      );
      assert.deepEqual([stand.asked.length - began[0], waits.length - began[1]], [3, 1]);
      stand.failNext(429, {}, { 'retry-after': '3600' });
      assert.equal((await refused(service, story.read)).details.retryAfter, 3600);
      assert.equal(stand.asked.length - began[0], 4);
    });

    test(`F01 ${service}: errors come back as refusals, in the words of the service`, async () => {
      const stand = upstream();
      const [, , words] = story.missing;
      const missing = await refused(service, story.missing);
      assert.deepEqual([missing.details.reason_code], ['upstream_failed']);
      assert.match(missing.message, words);
      for (const [status, reason] of [
        [401, 'auth_required'],
        [503, 'upstream_unavailable'],
        [422, 'upstream_failed'],
      ] as const) {
        stand.failNext(status, { message: 'no' });
        assert.equal((await refused(service, story.read)).details.reason_code, reason);
      }
      for (const nonsense of [null, [], 'text', { items: 7 }]) {
        stand.failNext(200, nonsense);
        const { structuredContent } = await call(service, ...story.read);
        assert.equal(structuredContent.error?.code === 'internal', false, JSON.stringify(nonsense));
      }
    });

    test(`C02 ${service}: what is high risk takes an open gate`, async () => {
      const [action, params, expected] = story.risky;
      const input = { service, action, params };
      const closed = await server.op('services.write', input);
      assert.equal(closed.body.error.details.reason_code, 'high_risk_not_enabled');
      await ok('gates.enable', { service, action, reason: 'the test of it' });
      assert.partialDeepStrictEqual((await ok('services.write', input)).value, expected);
    });
  }

  test('names and addresses are tokens to the model, and values to the service', () => {
    const lookup = stands.get('slack')?.asked.find(({ line }) => line.includes('lookupByEmail'));
    assert.equal(lookup?.url.searchParams.get('email'), 'ann@example.com');
  });

  test('slack: an error in an answer of 200 is one', async () => {
    const stand = stands.get('slack');
    for (const [error, reason] of [
      ['token_revoked', 'auth_required'],
      ['ratelimited', 'upstream_rate_limited'],
      ['internal_error', 'upstream_unavailable'],
      ['not_in_channel', 'upstream_failed'],
    ]) {
      stand?.failNext(200, { ok: false, error });
      const { details } = await refused('slack', ['users_list', {}]);
      assert.equal(details.reason_code, reason, error);
    }
    assert.ok(stand?.asked.some(({ body }) => body?.['text'] === 'hi & bye'));
  });

  test('github: a spent limit is told from what is forbidden', async () => {
    const stand = stands.get('github');
    const read: [string, Params] = ['get_issue', { ...inRepo, issue_number: 1 }];
    const reset = String(Math.floor(clock.now() / 1000) + 900);
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    stand?.failNext(403, { message: 'API rate limit exceeded' }, spent);
    const limited = await refused('github', read);
    assert.equal(limited.details.reason_code, 'upstream_rate_limited');
    assert.ok(limited.details.retryAfter > 800 && limited.details.retryAfter <= 900);
    stand?.failNext(403, { message: 'Resource not accessible' }, { 'x-ratelimit-remaining': '9' });
    assert.equal((await refused('github', read)).details.reason_code, 'upstream_failed');
  });

  const elsewhere: [service: string, action: string, params: Params][] = [
    ['github', 'get_issue', { owner: '..', repo: 'x', issue_number: 1 }],
    ['github', 'get_repository', { owner: 'acme', repo: '..' }],
    ['github', 'get_file', { ...inRepo, path: 'src/../../../../user' }],
    ['github', 'get_file', { ...inRepo, path: '/etc/passwd' }],
    ['github', 'get_commit', { ...inRepo, ref: '../../../user' }],
    ['github', 'get_commit', { ...inRepo, ref: '..' }],
    ['gitlab', 'get_project', { project: '../users' }],
    ['gitlab', 'get_project', { project: 'acme/..' }],
    ['gitlab', 'get_file', { ...inProject, path: '../../issues' }],
    ['notion', 'get_page', { page_id: '../users/me' }],
    ['jira', 'list_issue_types', { project: '..' }],
    ['jira', 'list_sprints', { board_id: '1/../2' }],
    ['slack', 'channel_info', { channel: 'C1&token=x' }],
  ];
  for (const [service, action, params] of elsewhere) {
    test(`${service} ${action} does not leave its place: ${JSON.stringify(params)}`, async () => {
      const asked = stands.get(service)?.asked.length;
      const { details } = await refused(service, [action, params]);
      assert.equal(details.reason_code, 'invalid_params');
      assert.equal(stands.get(service)?.asked.length, asked);
    });
  }

  test('values inside JQL stay values', async () => {
    const status = 'Done" OR project = "SECRET';
    await done('jira', ['list_issues', { project: 'PAY', status }, {}]);
    const { url } = stands.get('jira')?.asked.at(-1) ?? assert.fail();
    assert.match(
      url.searchParams.get('jql') ?? '',
      /^project = "PAY" AND status = "Done\\" OR project = \\"SECRET" AND statusCategory/,
    );
  });
});
