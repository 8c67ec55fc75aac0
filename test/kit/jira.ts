// A small Jira of the test's own, which keeps what it is given: enough of the REST API v3 to
// create, read, change, search and comment.
import { type Answered, type Json, pageOf, startUpstream, type Upstream } from './upstream.ts';

export interface Jira extends Upstream {
  issues: Map<string, Json>;
}

const states: Record<string, string> = { 11: 'To Do', 21: 'In Progress', 31: 'Done' };
const ann = { accountId: 'a:1', displayName: 'Ann Lee', active: true };

export async function startJira(): Promise<Jira> {
  const issues = new Map<string, Json>();
  const missing: Answered = [404, { errorMessages: ['Issue does not exist'], errors: {} }];
  const withIssue = (key: string, run: (issue: Json) => Answered): Answered => {
    const issue = issues.get(key);
    return issue ? run(issue) : missing;
  };
  const base = '/rest/api/3';

  const upstream = await startUpstream(
    {
      [`POST ${base}/issue`]({ body }) {
        const made = `PAY-${issues.size + 1}`;
        const fields = { status: { name: 'To Do' }, ...body?.['fields'] };
        issues.set(made, { key: made, fields, comments: [] });
        return [201, { id: String(issues.size), key: made }];
      },
      [`GET ${base}/search/jql`]({ url }) {
        const from = Number(url.searchParams.get('nextPageToken') ?? 0);
        const size = Number(url.searchParams.get('maxResults'));
        const { items, next } = pageOf([...issues.values()], from, size);
        return [200, { issues: items, ...(next ? { nextPageToken: String(next) } : {}) }];
      },
      [`GET ${base}/user/search`]: () => [200, [ann]],
      [`GET ${base}/issue/:key`]: (_, key) => withIssue(key ?? '', (issue) => [200, issue]),
      [`PUT ${base}/issue/:key`]: ({ body }, key) =>
        withIssue(key ?? '', (issue) => {
          Object.assign(issue['fields'], body?.['fields']);
          return [204];
        }),
      [`DELETE ${base}/issue/:key`]: (_, key) => (issues.delete(key ?? '') ? [204] : missing),
      [`PUT ${base}/issue/:key/assignee`]: ({ body }, key) =>
        withIssue(key ?? '', (issue) => {
          issue['fields'].assignee = body?.['accountId'] === 'a:1' ? ann : null;
          return [204];
        }),
      [`GET ${base}/issue/:key/transitions`]: () => {
        const all = Object.entries(states).map(([id, name]) => ({ id, name, to: { name } }));
        return [200, { transitions: all }];
      },
      [`POST ${base}/issue/:key/transitions`]: ({ body }, key) =>
        withIssue(key ?? '', (issue) => {
          issue['fields'].status = { name: states[body?.['transition'].id] };
          return [204];
        }),
      [`POST ${base}/issue/:key/comment`]: ({ body }, key) =>
        withIssue(key ?? '', ({ comments }) => {
          const id = String(comments.length + 1);
          comments.push({ id, author: ann, body: body?.['body'] });
          return [201, { id }];
        }),
      [`GET ${base}/issue/:key/comment`]: ({ url }, key) =>
        withIssue(key ?? '', ({ comments }) => {
          const from = Number(url.searchParams.get('startAt') ?? 0);
          const { items } = pageOf(comments, from, Number(url.searchParams.get('maxResults')));
          return [200, { comments: items, startAt: from, total: comments.length }];
        }),
    },
    missing,
  );
  return { ...upstream, issues };
}
