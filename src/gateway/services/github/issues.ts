// Issues of GitHub: found, read, written, talked about.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, listOf, objectOf, objectsOf, pick, textIn } from '../json.ts';
import {
  comment,
  inRepo,
  issueBrief,
  issueNumber,
  login,
  nextOf,
  pageQuery,
  paging,
} from './shapes.ts';

const title = z.string().min(1).max(256).describe('title');
const body = z.string().max(65_536).describe('text in Markdown');
const labels = z.array(z.string().min(1).max(100)).max(100).optional().describe('names of labels');
const assignees = z.array(login).max(10).optional().describe('logins of people');
const state = z.enum(['open', 'closed', 'all']).default('open').describe('only in this state');

const made = (answer: unknown) => pick(answer, 'number', 'html_url');

export const githubIssues = [
  action({
    name: 'list_issues',
    description: 'List the issues of a repository, latest change first, with pull requests.',
    class: 'read',
    input: {
      ...inRepo,
      state,
      labels,
      assignee: login.optional().describe('only of this login'),
      ...paging,
    },
    request: ({ owner, repo, state: only, labels: named, assignee, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/issues`,
      query: {
        state: only,
        labels: named?.join(','),
        assignee,
        sort: 'updated',
        ...pageQuery(page),
      },
    }),
    result(found, page) {
      const issues = objectsOf(found).map(issueBrief);
      return { issues, next: nextOf(issues.length, page) };
    },
  }),
  action({
    name: 'search_issues',
    description: 'Find issues and pull requests, such as: repo:o/r is:open label:bug author:@me.',
    class: 'read',
    input: { query: z.string().min(1).max(1000).describe('words and qualifiers'), ...paging },
    restoreIn: ['query'],
    request: ({ query, ...page }) => ({
      method: 'GET',
      path: '/search/issues',
      query: { q: query, ...pageQuery(page) },
    }),
    result(found, page) {
      const issues = listOf(found, 'items').map((issue) => ({
        ...issueBrief(issue),
        repository: textIn(issue['repository_url']).split('/repos/')[1] ?? null,
      }));
      return { issues, total: at(found, 'total_count'), next: nextOf(issues.length, page) };
    },
  }),
  action({
    name: 'get_issue',
    description: 'Read one issue with its text.',
    class: 'read',
    input: { ...inRepo, issue_number: issueNumber },
    request: ({ owner, repo, issue_number: number }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/issues/${number}`,
    }),
    result: (found) => ({ ...issueBrief(objectOf(found)), body: at(found, 'body') }),
  }),
  action({
    name: 'get_comments',
    description: 'Read the comments of an issue or pull request, oldest first.',
    class: 'read',
    input: { ...inRepo, issue_number: issueNumber, ...paging },
    request: ({ owner, repo, issue_number: number, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/issues/${number}/comments`,
      query: pageQuery(page),
    }),
    result(found, page) {
      const comments = objectsOf(found).map(comment);
      return { comments, next: nextOf(comments.length, page) };
    },
  }),
  action({
    name: 'create_issue',
    description: 'Create an issue.',
    class: 'write',
    input: { ...inRepo, title, body: body.optional(), labels, assignees },
    restoreIn: ['title', 'body'],
    request: ({ owner, repo, ...json }) => ({
      method: 'POST',
      path: path`/repos/${owner}/${repo}/issues`,
      json,
    }),
    result: made,
  }),
  action({
    name: 'update_issue',
    description: 'Change an issue or pull request, close it or open it again.',
    class: 'write',
    input: {
      ...inRepo,
      issue_number: issueNumber,
      title: title.optional(),
      body: body.optional(),
      labels,
      assignees,
      state: z.enum(['open', 'closed']).optional().describe('close it, or open it again'),
    },
    restoreIn: ['title', 'body'],
    request: ({ owner, repo, issue_number: number, ...json }) => ({
      method: 'PATCH',
      path: path`/repos/${owner}/${repo}/issues/${number}`,
      json,
    }),
    result: (found) => pick(found, 'number', 'state', 'html_url'),
  }),
  action({
    name: 'add_comment',
    description: 'Comment on an issue or pull request.',
    class: 'write',
    input: { ...inRepo, issue_number: issueNumber, body: body.min(1) },
    restoreIn: ['body'],
    request: ({ owner, repo, issue_number: number, body: said }) => ({
      method: 'POST',
      path: path`/repos/${owner}/${repo}/issues/${number}/comments`,
      json: { body: said },
    }),
    result: (found) => pick(found, 'id', 'html_url'),
  }),
];
