// The curated services against what their vendors publish: Prism holds every request to the
// document, and its examples come back in our shape. One file, because Prism starts slowly.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Prism, startPrism } from '../kit/vendors.ts';

type Params = Record<string, unknown>;

const issue = { issue_key: 'PAY-1' };
const inRepo = { owner: 'acme', repo: 'billing' };
const page = { limit: 5, next: 2 };
const place = { channel: 'C1', ts: '1700000000.000100' };
const sha = 'a'.repeat(40);
const pull = { ...inRepo, pull_number: 1 };
const inIssue = { ...inRepo, issue_number: 1 };

/** What each action is called with: everything that it takes. */
const calls: Record<string, Record<string, Params>> = {
  jira: {
    get_issue: issue,
    get_comments: { ...issue, ...page },
    get_transitions: issue,
    list_projects: { name: 'pay', ...page },
    list_issue_types: { project: 'PAY' },
    search_users: { name: 'ann', ...page },
    get_user: { account_id: 'a:1' },
    create_issue: {
      project: 'PAY',
      summary: 'Late',
      issue_type: 'Bug',
      description: 'one\n\ntwo',
      labels: ['a'],
      priority: 'High',
      due_date: '2027-01-31',
      assignee_id: 'a:1',
      parent: 'PAY-2',
    },
    update_issue: { ...issue, summary: 'Later', description: 'x', labels: [], priority: 'Low' },
    assign_issue: { ...issue, assignee_id: 'a:1' },
    transition_issue: { ...issue, transition_id: '21' },
    add_comment: { ...issue, text: 'said' },
    link_issues: { ...issue, other_key: 'PAY-2', link_type: 'Blocks' },
    delete_comment: { ...issue, comment_id: '7' },
    delete_issue: issue,
  },
  slack: {
    search_messages: { query: 'invoice', ...page },
    channels_history: { channel: 'C1', since: place.ts, until: place.ts, limit: 5, next: 'c' },
    thread_replies: { ...place, limit: 5, next: 'c' },
    get_permalink: place,
    channels_list: { private: true, archived: true, limit: 5, next: 'c' },
    channel_info: { channel: 'C1' },
    channel_members: { channel: 'C1', limit: 5, next: 'c' },
    users_list: { limit: 5, next: 'c' },
    user_info: { user: 'U1' },
    user_by_email: { email: 'ann@example.com' },
    whoami: {},
    post_message: { channel: 'C1', text: 'hi & bye', thread_ts: place.ts },
    update_message: { ...place, text: 'x' },
    schedule_message: { channel: 'C1', text: 'x', post_at: 1_900_000_000 },
    add_reaction: { ...place, emoji: 'tada' },
    remove_reaction: { ...place, emoji: 'tada' },
    open_conversation: { users: ['U1', 'U2'] },
    create_channel: { name: 'late-invoices', private: true },
    set_topic: { channel: 'C1', topic: 'news' },
    invite_to_channel: { channel: 'C1', users: ['U1'] },
    delete_message: place,
    archive_channel: { channel: 'C1' },
  },
  github: {
    list_issues: { ...inRepo, state: 'all', labels: ['bug'], assignee: 'ann', ...page },
    search_issues: { query: 'is:open', ...page },
    get_issue: inIssue,
    get_comments: { ...inIssue, ...page },
    create_issue: { ...inRepo, title: 't', body: 'b', labels: ['bug'], assignees: ['ann'] },
    update_issue: { ...inIssue, title: 't', body: 'b', labels: [], state: 'closed' },
    add_comment: { ...inIssue, body: 'said' },
    list_pull_requests: { ...inRepo, state: 'all', ...page },
    get_pull_request: pull,
    get_pull_request_files: { ...pull, ...page },
    create_pull_request: { ...inRepo, title: 't', head: 'f', base: 'main', body: 'b', draft: true },
    request_reviewers: { ...pull, reviewers: ['ann'] },
    merge_pull_request: { ...pull, method: 'squash', sha },
    get_user: {},
    list_repositories: page,
    get_repository: inRepo,
    search_repositories: { query: 'billing', ...page },
    search_code: { query: 'parse repo:a/b', ...page },
    list_branches: { ...inRepo, ...page },
    list_commits: { ...inRepo, ref: 'main', path: 'src', ...page },
    get_commit: { ...inRepo, ref: 'main' },
    list_workflow_runs: { ...inRepo, branch: 'main', ...page },
    create_branch: { ...inRepo, branch: 'f', sha },
    delete_branch: { ...inRepo, branch: 'f' },
    get_file: { ...inRepo, path: 'main.go', ref: 'main' },
    list_files: { ...inRepo, path: 'src', ref: 'main' },
    write_file: { ...inRepo, path: 'main.go', content: 'x', message: 'm', branch: 'main', sha },
    delete_file: { ...inRepo, path: 'main.go', message: 'm', branch: 'main', sha },
  },
};

/** What the published documents do not have: younger than they are, or another document's. */
const undocumented: Record<string, string[]> = {
  jira: ['list_boards', 'list_issues', 'list_sprint_issues', 'list_sprints', 'search_issues'],
  slack: [],
  github: [],
};

/** The document asks for the token as a field; by now Slack takes it as a header, as we send it. */
function tokenInHeader(document: any): void {
  for (const methods of Object.values<any>(document.paths)) {
    for (const method of Object.values<any>(methods)) {
      method.parameters = method.parameters?.filter(({ name }: any) => name !== 'token');
    }
  }
}

describe('curated services as their vendors describe them', () => {
  let server: TestServer;
  const prisms: Prism[] = [];
  const listed = new Map<string, { name: string; class: string }[]>();

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    const vendors = ['jira', 'slack', 'github'] as const;
    const started = vendors.map((one) =>
      startPrism(one, one === 'slack' ? tokenInHeader : undefined),
    );
    prisms.push(...(await Promise.all(started)));
    for (const [index, name] of vendors.entries()) {
      await ok('services.enable', { name, baseUrl: prisms[index]?.origin });
      await ok('credentials.set', { service: name, account: 'ann@example.com', secret: 'key' });
    }
    for (const { category } of await ok('gates.categories')) {
      await ok('gates.setCategory', { category, gate: 'confirmed' });
    }
    for (const { name, actions } of await ok('services.list')) listed.set(name, actions);
  });
  after(async () => {
    await server?.stop();
    for (const prism of prisms) await prism.stop();
  });

  for (const [service, actions] of Object.entries(calls)) {
    test(`${service}: every action is here, or known not to be documented`, () => {
      const all = listed.get(service)?.map(({ name }) => name);
      const known = [...Object.keys(actions), ...(undocumented[service] ?? [])];
      assert.deepEqual(all?.toSorted(), known.toSorted());
    });

    for (const [action, params] of Object.entries(actions)) {
      test(`${service} ${action} asks what the document says`, async () => {
        const is = listed.get(service)?.find(({ name }) => name === action)?.class;
        const operation = is === 'read' ? 'services.read' : 'services.write';
        const { value } = await ok(operation, { service, action, params });
        assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
      });
    }
  }
});
