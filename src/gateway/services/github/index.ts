// GitHub: repositories, issues, pull requests, files, commits. Companies with a GitHub of their own
// give its address (https://github.example.com/api/v3).
import type { ServiceDeclaration } from '../../action.ts';
import { githubCode } from './code.ts';
import { githubFiles } from './files.ts';
import { githubIssues } from './issues.ts';
import { githubPulls } from './pulls.ts';

export const github: ServiceDeclaration = {
  name: 'github',
  title: 'GitHub',
  description: 'repositories, issues, pull requests and files of GitHub',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [
    {
      kind: 'oauth',
      endpoints: {
        authorize: 'https://github.com/login/oauth/authorize',
        token: 'https://github.com/login/oauth/access_token',
      },
      scopes: ['repo', 'read:org', 'read:user', 'workflow'],
    },
  ],
  keyHint: 'Make a fine-grained token in GitHub (Settings, Developer settings).',
  baseUrl: 'https://api.github.com',
  headers: {
    accept: 'application/vnd.github+json, application/json',
    'x-github-api-version': '2022-11-28',
    // GitHub refuses callers without a name.
    'user-agent': 'millrace',
  },
  actions: [...githubIssues, ...githubPulls, ...githubCode, ...githubFiles],
};
