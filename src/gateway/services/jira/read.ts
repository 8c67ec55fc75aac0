// What Jira Cloud tells (REST API v3): issues by key or JQL, comments, transitions, projects.
import { z } from 'zod';
import { action } from '../../action.ts';
import { issueBrief, issueKey, issueWhole, listOf, paging, textOf } from './shapes.ts';

const people = ['displayName', 'assignee', 'reporter', 'author', 'creator', 'lead'];

export const jiraReads = [
  action({
    name: 'get_issue',
    description: 'Read one issue with its description and state.',
    class: 'read',
    input: { issue_key: issueKey },
    nameFields: people,
    request: ({ issue_key: key }) => ({ method: 'GET', path: `/rest/api/3/issue/${key}` }),
    result: (body) => issueWhole(body),
  }),
  action({
    name: 'search_issues',
    description:
      'Find issues by JQL, such as: assignee = currentUser() AND statusCategory != Done.',
    class: 'read',
    input: { query: z.string().min(1).max(4000).describe('JQL'), ...paging },
    nameFields: people,
    request: ({ query, limit, next }) => ({
      method: 'GET',
      path: '/rest/api/3/search/jql',
      query: { jql: query, maxResults: limit, nextPageToken: next, fields: '*navigable' },
    }),
    result: (body) => ({
      issues: listOf(body, 'issues').map(issueBrief),
      next: (body as { nextPageToken?: string } | null)?.nextPageToken ?? null,
    }),
  }),
  action({
    name: 'get_comments',
    description: 'Read the comments of an issue, newest first.',
    class: 'read',
    input: { issue_key: issueKey, limit: paging.limit },
    nameFields: people,
    request: ({ issue_key: key, limit }) => ({
      method: 'GET',
      path: `/rest/api/3/issue/${key}/comment`,
      query: { maxResults: limit, orderBy: '-created' },
    }),
    result: (body) => ({
      comments: listOf(body, 'comments').map((comment) => ({
        id: comment['id'],
        author: (comment['author'] as { displayName?: string } | undefined)?.displayName ?? null,
        created: comment['created'],
        text: textOf(comment['body']),
      })),
    }),
  }),
];
