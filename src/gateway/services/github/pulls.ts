// Pull requests of GitHub: what they change, who looks at them, and merging.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, objectOf, objectsOf, pick } from '../json.ts';
import {
  changedFile,
  inRepo,
  login,
  nextOf,
  pageQuery,
  paging,
  pullBrief,
  pullNumber,
  ref,
} from './shapes.ts';

const inPull = { ...inRepo, pull_number: pullNumber };

export const githubPulls = [
  action({
    name: 'list_pull_requests',
    description: 'List the pull requests of a repository, latest change first.',
    class: 'read',
    input: {
      ...inRepo,
      state: z.enum(['open', 'closed', 'all']).default('open').describe('only in this state'),
      ...paging,
    },
    request: ({ owner, repo, state, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/pulls`,
      query: { state, sort: 'updated', direction: 'desc', ...pageQuery(page) },
    }),
    result(body, page) {
      const pulls = objectsOf(body).map(pullBrief);
      return { pull_requests: pulls, next: nextOf(pulls.length, page) };
    },
  }),
  action({
    name: 'get_pull_request',
    description: 'Read one pull request with its text, and whether it can be merged.',
    class: 'read',
    input: inPull,
    request: ({ owner, repo, pull_number: number }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/pulls/${number}`,
    }),
    result: (body) => ({
      ...pullBrief(objectOf(body)),
      ...pick(body, 'body', 'merged', 'mergeable', 'mergeable_state'),
      ...pick(body, 'additions', 'deletions', 'changed_files'),
    }),
  }),
  action({
    name: 'get_pull_request_files',
    description: 'Read what a pull request changes, file by file.',
    class: 'read',
    input: { ...inPull, ...paging },
    request: ({ owner, repo, pull_number: number, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/pulls/${number}/files`,
      query: pageQuery(page),
    }),
    result(body, page) {
      const files = objectsOf(body).map(changedFile);
      return { files, next: nextOf(files.length, page) };
    },
  }),
  action({
    name: 'create_pull_request',
    description: 'Ask for a branch to be merged into another.',
    class: 'write',
    input: {
      ...inRepo,
      title: z.string().min(1).max(256).describe('title'),
      head: z.string().min(1).max(300).describe('branch with the changes, or owner:branch'),
      base: ref.describe('branch that they go into, such as main'),
      body: z.string().max(65_536).optional().describe('text in Markdown'),
      draft: z.boolean().default(false).describe('not ready yet'),
    },
    restoreIn: ['title', 'body'],
    request: ({ owner, repo, ...json }) => ({
      method: 'POST',
      path: path`/repos/${owner}/${repo}/pulls`,
      json,
    }),
    result: (body) => pick(body, 'number', 'html_url'),
  }),
  action({
    name: 'request_reviewers',
    description: 'Ask people to review a pull request.',
    class: 'write',
    input: { ...inPull, reviewers: z.array(login).min(1).max(15).describe('logins of people') },
    request: ({ owner, repo, pull_number: number, reviewers }) => ({
      method: 'POST',
      path: path`/repos/${owner}/${repo}/pulls/${number}/requested_reviewers`,
      json: { reviewers },
    }),
    result: (body) => ({ number: at(body, 'number'), requested: true }),
  }),
  action({
    name: 'merge_pull_request',
    description: 'Merge a pull request.',
    class: 'high_risk',
    category: 'publish',
    input: {
      ...inPull,
      method: z.enum(['merge', 'squash', 'rebase']).default('merge').describe('how'),
      sha: z
        .string()
        .regex(/^[0-9a-f]{40,64}$/, 'is no hash of a commit')
        .optional()
        .describe('head_sha that you saw; refused when it is another by now'),
    },
    request: ({ owner, repo, pull_number: number, method, sha }) => ({
      method: 'PUT',
      path: path`/repos/${owner}/${repo}/pulls/${number}/merge`,
      json: { merge_method: method, sha },
    }),
    result: (body) => pick(body, 'merged', 'sha'),
  }),
];
