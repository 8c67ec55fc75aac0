// Jira Cloud: issues, comments, projects, sprints. Other Jiras have other addresses and keys.
import type { ServiceDeclaration } from '../../action.ts';
import { placeReads } from './places.ts';
import { issueReads } from './read.ts';
import { jiraWrites } from './write.ts';

export const jira: ServiceDeclaration = {
  name: 'jira',
  title: 'Jira',
  description: 'issues, comments, projects and sprints of Jira Cloud',
  auth: { kind: 'basic' },
  keyHint: 'Make an API token in your Atlassian account (Security, API tokens).',
  baseUrl: undefined,
  actions: [...issueReads, ...placeReads, ...jiraWrites],
};
