// GitLab: projects, issues, merge requests, files, pipelines; gitlab.com or a company's own.
import type { ServiceDeclaration } from '../../action.ts';
import { gitlabCode } from './code.ts';
import { gitlabIssues } from './issues.ts';
import { gitlabMerges } from './merges.ts';

export const gitlab: ServiceDeclaration = {
  name: 'gitlab',
  title: 'GitLab',
  description: 'projects, issues, merge requests and files of GitLab',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [
    {
      kind: 'oauth',
      at: 'anywhere',
      endpoints: {
        authorize: '/oauth/authorize',
        token: '/oauth/token',
        revoke: '/oauth/revoke',
      },
      scopes: ['api', 'openid', 'email'],
    },
  ],
  keyHint: 'Make a personal access token in GitLab (Preferences, Access tokens).',
  baseUrl: 'https://gitlab.com',
  actions: [...gitlabIssues, ...gitlabMerges, ...gitlabCode],
};
