// What people change in Jira: comments, issues, their state. Texts go out as documents.
import { z } from 'zod';
import { action } from '../../action.ts';
import { markdownToAdf } from '../../adf/index.ts';
import { issueKey } from './shapes.ts';

const text = z.string().min(1).max(32_000);

export const jiraWrites = [
  action({
    name: 'create_issue',
    description: 'Create an issue.',
    class: 'write',
    input: {
      project: z.string().max(100).describe('key of the project, such as PAY'),
      summary: z.string().min(1).max(255).describe('title of the issue'),
      issue_type: z.string().max(100).default('Task').describe('such as Task, Bug or Story'),
      description: text.optional().describe('Markdown'),
    },
    restoreIn: ['summary', 'description'],
    request: ({ project, summary, issue_type: type, description }) => ({
      method: 'POST',
      path: '/rest/api/3/issue',
      json: {
        fields: {
          project: { key: project },
          summary,
          issuetype: { name: type },
          ...(description === undefined ? {} : { description: markdownToAdf(description) }),
        },
      },
    }),
  }),
  action({
    name: 'add_comment',
    description: 'Comment on an issue.',
    class: 'write',
    input: { issue_key: issueKey, text: text.describe('Markdown') },
    restoreIn: ['text'],
    request: ({ issue_key: key, text: said }) => ({
      method: 'POST',
      path: `/rest/api/3/issue/${key}/comment`,
      json: { body: markdownToAdf(said) },
    }),
  }),
  action({
    name: 'delete_issue',
    description: 'Delete an issue for ever.',
    class: 'high_risk',
    input: { issue_key: issueKey },
    request: ({ issue_key: key }) => ({ method: 'DELETE', path: `/rest/api/3/issue/${key}` }),
  }),
];
