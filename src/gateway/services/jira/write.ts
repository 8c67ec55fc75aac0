// What people change in Jira: issues, their state, whose they are, comments. Texts go out as
// documents.
import { z } from 'zod';
import { action } from '../../action.ts';
import { markdownToAdf } from '../../adf/index.ts';
import { path } from '../../address.ts';
import { pick } from '../json.ts';
import { accountId, id, issueKey, projectKey } from './shapes.ts';

const text = z.string().min(1).max(32_000);
const summary = z.string().min(1).max(255).describe('title of the issue');
const name = z.string().min(1).max(100);
const labels = z
  .array(z.string().min(1).max(255).regex(/^\S+$/, 'has no spaces'))
  .max(50)
  .optional()
  .describe('labels without spaces; they replace what was there');
const due = z.iso.date().optional().describe('day it is due, such as 2027-01-31');

interface Fields {
  summary?: string | undefined;
  description?: string | undefined;
  labels?: string[] | undefined;
  priority?: string | undefined;
  due_date?: string | undefined;
  assignee_id?: string | undefined;
}

/** As Jira names them; what is undefined stays as it is. */
const fieldsOf = (given: Fields) => ({
  summary: given.summary,
  description: given.description === undefined ? undefined : markdownToAdf(given.description),
  labels: given.labels,
  priority: given.priority === undefined ? undefined : { name: given.priority },
  duedate: given.due_date,
  assignee: given.assignee_id === undefined ? undefined : { accountId: given.assignee_id },
});

const priority = name.optional().describe('such as High');

export const jiraWrites = [
  action({
    name: 'create_issue',
    description: 'Create an issue.',
    class: 'write',
    input: {
      project: projectKey,
      summary,
      issue_type: name.default('Task').describe('such as Task, Bug or Story'),
      description: text.optional().describe('Markdown'),
      labels,
      priority,
      due_date: due,
      assignee_id: accountId.optional(),
      parent: issueKey.optional().describe('key of the epic or issue that it is a part of'),
    },
    restoreIn: ['summary', 'description', 'labels'],
    request: ({ project, issue_type: type, parent, ...given }) => ({
      method: 'POST',
      path: '/rest/api/3/issue',
      json: {
        fields: {
          project: { key: project },
          issuetype: { name: type },
          parent: parent === undefined ? undefined : { key: parent },
          ...fieldsOf(given),
        },
      },
    }),
    result: (body) => pick(body, 'id', 'key'),
  }),
  action({
    name: 'update_issue',
    description: 'Change fields of an issue; what is not given stays.',
    class: 'write',
    input: {
      issue_key: issueKey,
      summary: summary.optional(),
      description: text.optional().describe('Markdown'),
      labels,
      priority,
      due_date: due,
    },
    restoreIn: ['summary', 'description', 'labels'],
    request: ({ issue_key: key, ...given }) => ({
      method: 'PUT',
      path: path`/rest/api/3/issue/${key}`,
      json: { fields: fieldsOf(given) },
    }),
    result: (_, { issue_key: key }) => ({ key, updated: true }),
  }),
  action({
    name: 'assign_issue',
    description: 'Give an issue to somebody; without an account id, to nobody.',
    class: 'write',
    input: { issue_key: issueKey, assignee_id: accountId.optional() },
    request: ({ issue_key: key, assignee_id: who }) => ({
      method: 'PUT',
      path: path`/rest/api/3/issue/${key}/assignee`,
      json: { accountId: who ?? null },
    }),
    result: (_, { issue_key: key }) => ({ key, assigned: true }),
  }),
  action({
    name: 'transition_issue',
    description: 'Bring an issue into another state; get_transitions has those it can go to.',
    class: 'write',
    input: { issue_key: issueKey, transition_id: id.describe('id, from get_transitions') },
    request: ({ issue_key: key, transition_id: transition }) => ({
      method: 'POST',
      path: path`/rest/api/3/issue/${key}/transitions`,
      json: { transition: { id: transition } },
    }),
    result: (_, { issue_key: key }) => ({ key, transitioned: true }),
  }),
  action({
    name: 'add_comment',
    description: 'Comment on an issue.',
    class: 'write',
    input: { issue_key: issueKey, text: text.describe('Markdown') },
    restoreIn: ['text'],
    request: ({ issue_key: key, text: said }) => ({
      method: 'POST',
      path: path`/rest/api/3/issue/${key}/comment`,
      json: { body: markdownToAdf(said) },
    }),
    result: (body) => pick(body, 'id'),
  }),
  action({
    name: 'link_issues',
    description: 'Link two issues, such as PAY-1 Blocks PAY-2.',
    class: 'write',
    input: {
      issue_key: issueKey,
      other_key: issueKey.describe('key of the other issue'),
      link_type: name.default('Relates').describe('such as Blocks, Relates or Duplicate'),
    },
    request: ({ issue_key: from, other_key: to, link_type: type }) => ({
      method: 'POST',
      path: '/rest/api/3/issueLink',
      json: { type: { name: type }, inwardIssue: { key: from }, outwardIssue: { key: to } },
    }),
    result: () => ({ linked: true }),
  }),
  action({
    name: 'delete_comment',
    description: 'Delete a comment for ever.',
    class: 'high_risk',
    category: 'delete',
    input: { issue_key: issueKey, comment_id: id.describe('id, from get_comments') },
    request: ({ issue_key: key, comment_id: comment }) => ({
      method: 'DELETE',
      path: path`/rest/api/3/issue/${key}/comment/${comment}`,
    }),
    result: () => ({ deleted: true }),
  }),
  action({
    name: 'delete_issue',
    description: 'Delete an issue for ever.',
    class: 'high_risk',
    category: 'delete',
    input: { issue_key: issueKey },
    request: ({ issue_key: key }) => ({ method: 'DELETE', path: path`/rest/api/3/issue/${key}` }),
    result: () => ({ deleted: true }),
  }),
];
