// What Jira Cloud tells of issues (REST API v3): by key, by project or JQL, with their comments
// and the states that they can go to.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, listOf, pick } from '../json.ts';
import {
  issueBrief,
  issueKey,
  issueWhole,
  limit,
  nextOf,
  nextStart,
  nextToken,
  people,
  projectKey,
  textOf,
} from './shapes.ts';

const shown = 'summary,status,assignee,priority,duedate,updated';

/** A value inside JQL; what is in it stays a value. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

function found(jql: string, page: { limit: number; next?: string | undefined }) {
  const query = { jql, maxResults: page.limit, nextPageToken: page.next, fields: shown };
  return { method: 'GET' as const, path: '/rest/api/3/search/jql', query };
}

const pageOfIssues = (body: unknown) => ({
  issues: listOf(body, 'issues').map(issueBrief),
  next: at(body, 'nextPageToken'),
});

export const issueReads = [
  action({
    name: 'get_issue',
    description: 'Read one issue with its description and state.',
    class: 'read',
    input: { issue_key: issueKey },
    nameFields: people,
    request: ({ issue_key: key }) => ({ method: 'GET', path: path`/rest/api/3/issue/${key}` }),
    result: issueWhole,
  }),
  action({
    name: 'list_issues',
    description: 'List the issues of a project, latest change first; `assignee: me` for own ones.',
    class: 'read',
    input: {
      project: projectKey,
      status: z.string().min(1).max(100).optional().describe('name of the state, such as Blocked'),
      assignee: z.string().min(1).max(128).optional().describe('`me`, or an account id'),
      open: z.boolean().default(true).describe('only what is not done'),
      limit,
      next: nextToken,
    },
    nameFields: people,
    request({ project, status, assignee, open, ...page }) {
      const whose = assignee === 'me' ? 'currentUser()' : quoted(assignee ?? '');
      const conditions = [
        `project = ${quoted(project)}`,
        ...(status === undefined ? [] : [`status = ${quoted(status)}`]),
        ...(assignee === undefined ? [] : [`assignee = ${whose}`]),
        ...(open ? ['statusCategory != Done'] : []),
      ];
      return found(`${conditions.join(' AND ')} ORDER BY updated DESC`, page);
    },
    result: pageOfIssues,
  }),
  action({
    name: 'search_issues',
    description:
      'Find issues by JQL, such as: assignee = currentUser() AND statusCategory != Done.',
    class: 'read',
    input: { query: z.string().min(1).max(4000).describe('JQL'), limit, next: nextToken },
    restoreIn: ['query'],
    nameFields: people,
    request: ({ query, ...page }) => found(query, page),
    result: pageOfIssues,
  }),
  action({
    name: 'get_comments',
    description: 'Read the comments of an issue, newest first.',
    class: 'read',
    input: { issue_key: issueKey, limit, next: nextStart },
    nameFields: people,
    request: ({ issue_key: key, limit: size, next }) => ({
      method: 'GET',
      path: path`/rest/api/3/issue/${key}/comment`,
      query: { maxResults: size, startAt: next, orderBy: '-created' },
    }),
    result(body, { next }) {
      const comments = listOf(body, 'comments').map((comment) => ({
        id: comment['id'],
        author: at(comment, 'author', 'displayName'),
        created: comment['created'],
        text: textOf(comment['body']),
      }));
      return { comments, next: nextOf(body, { found: comments.length, next }) };
    },
  }),
  action({
    name: 'get_transitions',
    description: 'List the states that an issue can go to now, with the ids of the transitions.',
    class: 'read',
    input: { issue_key: issueKey },
    request: ({ issue_key: key }) => ({
      method: 'GET',
      path: path`/rest/api/3/issue/${key}/transitions`,
    }),
    result: (body) => ({
      transitions: listOf(body, 'transitions').map((one) => ({
        ...pick(one, 'id', 'name'),
        to: at(one, 'to', 'name'),
      })),
    }),
  }),
];
