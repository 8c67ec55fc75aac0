// Jira Cloud: issues, comments, projects. Other Jiras have other addresses and keys.
import type { ServiceDeclaration } from '../../action.ts';
import { jiraReads } from './read.ts';
import { jiraWrites } from './write.ts';

export const jira: ServiceDeclaration = {
  name: 'jira',
  title: 'Jira',
  description: 'issues, comments and projects of Jira Cloud',
  auth: { kind: 'basic' },
  keyHint: 'Make an API token in your Atlassian account (Security, API tokens).',
  baseUrl: undefined,
  actions: [...jiraReads, ...jiraWrites],
};
