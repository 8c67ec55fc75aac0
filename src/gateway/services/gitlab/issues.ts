// Issues of GitLab: found, read, written, talked about.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, objectOf, objectsOf, pick } from '../json.ts';
import {
  commentsOf,
  description,
  issueBrief,
  issueNumber,
  labels,
  nextOf,
  pageQuery,
  paging,
  people,
  project,
  title,
  userName,
} from './shapes.ts';

const inIssue = { project, issue_number: issueNumber };
const due = z.iso.date().optional().describe('day it is due, such as 2027-01-31');
const body = description.min(1);

const made = (answer: unknown) => pick(answer, 'iid', 'state', 'web_url');

export const gitlabIssues = [
  action({
    name: 'list_issues',
    description: 'List issues, of one project or of you everywhere, latest change first.',
    class: 'read',
    input: {
      project: project.optional(),
      state: z.enum(['opened', 'closed', 'all']).default('opened').describe('only in this state'),
      search: z.string().min(1).max(500).optional().describe('words in title and text'),
      labels,
      assignee: userName.optional(),
      ...paging,
    },
    restoreIn: ['search'],
    nameFields: people,
    request: ({ project: where, labels: named, assignee, ...rest }) => ({
      method: 'GET',
      path: where === undefined ? '/api/v4/issues' : path`/api/v4/projects/${where}/issues`,
      query: {
        scope: where === undefined ? 'assigned_to_me' : 'all',
        state: rest.state,
        search: rest.search,
        labels: named?.join(','),
        assignee_username: assignee,
        order_by: 'updated_at',
        ...pageQuery(rest),
      },
    }),
    result(found, page) {
      const issues = objectsOf(found).map(issueBrief);
      return { issues, next: nextOf(issues.length, page) };
    },
  }),
  action({
    name: 'get_issue',
    description: 'Read one issue with its text.',
    class: 'read',
    input: inIssue,
    nameFields: people,
    request: ({ project: where, issue_number: number }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/issues/${number}`,
    }),
    result: (found) => ({
      ...issueBrief(objectOf(found)),
      description: at(found, 'description'),
    }),
  }),
  action({
    name: 'get_comments',
    description: 'Read what was said of an issue, oldest first.',
    class: 'read',
    input: { ...inIssue, ...paging },
    nameFields: people,
    request: ({ project: where, issue_number: number, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/issues/${number}/notes`,
      query: { sort: 'asc', ...pageQuery(page) },
    }),
    result: commentsOf,
  }),
  action({
    name: 'create_issue',
    description: 'Create an issue.',
    class: 'write',
    input: { project, title, description: description.optional(), labels, due_date: due },
    restoreIn: ['title', 'description'],
    request: ({ project: where, labels: named, ...json }) => ({
      method: 'POST',
      path: path`/api/v4/projects/${where}/issues`,
      json: { ...json, labels: named?.join(',') },
    }),
    result: made,
  }),
  action({
    name: 'update_issue',
    description: 'Change an issue, close it or open it again; what is not given stays.',
    class: 'write',
    input: {
      ...inIssue,
      title: title.optional(),
      description: description.optional(),
      labels,
      due_date: due,
      state_event: z.enum(['close', 'reopen']).optional().describe('close it, or open it again'),
    },
    restoreIn: ['title', 'description'],
    request: ({ project: where, issue_number: number, labels: named, ...json }) => ({
      method: 'PUT',
      path: path`/api/v4/projects/${where}/issues/${number}`,
      json: { ...json, labels: named?.join(',') },
    }),
    result: made,
  }),
  action({
    name: 'add_comment',
    description: 'Comment on an issue.',
    class: 'write',
    input: { ...inIssue, body },
    restoreIn: ['body'],
    request: ({ project: where, issue_number: number, body: said }) => ({
      method: 'POST',
      path: path`/api/v4/projects/${where}/issues/${number}/notes`,
      json: { body: said },
    }),
    result: (found) => pick(found, 'id'),
  }),
  action({
    name: 'delete_issue',
    description: 'Delete an issue for ever.',
    class: 'high_risk',
    category: 'delete',
    input: inIssue,
    request: ({ project: where, issue_number: number }) => ({
      method: 'DELETE',
      path: path`/api/v4/projects/${where}/issues/${number}`,
    }),
    result: () => ({ deleted: true }),
  }),
];
