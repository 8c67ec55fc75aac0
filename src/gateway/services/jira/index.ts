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
  otherAuth: [
    {
      kind: 'oauth',
      // Its tokens are for Atlassian's own address: https://api.atlassian.com/ex/jira/<cloud id>.
      at: 'https://api.atlassian.com',
      endpoints: {
        authorize: 'https://auth.atlassian.com/authorize',
        token: 'https://auth.atlassian.com/oauth/token',
      },
      scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user', 'offline_access'],
      parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    },
  ],
  keyHint: 'Make an API token in your Atlassian account (Security, API tokens).',
  baseUrl: undefined,
  actions: [...issueReads, ...placeReads, ...jiraWrites],
};
