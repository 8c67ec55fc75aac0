// Repositories of GitHub with their branches, commits and runs, and who you are there.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, listOf, objectOf, objectsOf, pick } from '../json.ts';
import {
  changedFile,
  commitBrief,
  inRepo,
  nextOf,
  pageQuery,
  paging,
  people,
  ref,
  repository,
} from './shapes.ts';

const commit = ref.describe('hash of a commit, a branch or a tag');
const branch = ref.describe('name of the branch');

export const githubCode = [
  action({
    name: 'get_user',
    description: 'Read who you are in GitHub.',
    class: 'read',
    input: {},
    nameFields: people,
    request: () => ({ method: 'GET', path: '/user' }),
    result: (body) => ({
      ...pick(body, 'login', 'email', 'html_url'),
      person_name: at(body, 'name'),
    }),
  }),
  action({
    name: 'list_repositories',
    description: 'List the repositories that you can reach, latest push first.',
    class: 'read',
    input: paging,
    request: (page) => ({
      method: 'GET',
      path: '/user/repos',
      query: { sort: 'pushed', ...pageQuery(page) },
    }),
    result(body, page) {
      const repositories = objectsOf(body).map(repository);
      return { repositories, next: nextOf(repositories.length, page) };
    },
  }),
  action({
    name: 'get_repository',
    description: 'Read what a repository is, and its default branch.',
    class: 'read',
    input: inRepo,
    request: ({ owner, repo }) => ({ method: 'GET', path: path`/repos/${owner}/${repo}` }),
    result: (body) => repository(objectOf(body)),
  }),
  action({
    name: 'search_repositories',
    description: 'Find repositories, such as: billing org:acme language:go.',
    class: 'read',
    input: { query: z.string().min(1).max(1000).describe('words and qualifiers'), ...paging },
    request: ({ query, ...page }) => ({
      method: 'GET',
      path: '/search/repositories',
      query: { q: query, ...pageQuery(page) },
    }),
    result(body, page) {
      const repositories = listOf(body, 'items').map(repository);
      const total = at(body, 'total_count');
      return { repositories, total, next: nextOf(repositories.length, page) };
    },
  }),
  action({
    name: 'search_code',
    description: 'Find files by what is in them, such as: parseInvoice repo:acme/billing.',
    class: 'read',
    input: { query: z.string().min(1).max(1000).describe('words and qualifiers'), ...paging },
    request: ({ query, ...page }) => ({
      method: 'GET',
      path: '/search/code',
      query: { q: query, ...pageQuery(page) },
    }),
    result(body, page) {
      const files = listOf(body, 'items').map((file) => ({
        ...pick(file, 'path', 'html_url'),
        repository: at(file, 'repository', 'full_name'),
      }));
      return { files, total: at(body, 'total_count'), next: nextOf(files.length, page) };
    },
  }),
  action({
    name: 'list_branches',
    description: 'List the branches of a repository.',
    class: 'read',
    input: { ...inRepo, ...paging },
    request: ({ owner, repo, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/branches`,
      query: pageQuery(page),
    }),
    result(body, page) {
      const branches = objectsOf(body).map((one) => ({
        ...pick(one, 'name', 'protected'),
        sha: at(one, 'commit', 'sha'),
      }));
      return { branches, next: nextOf(branches.length, page) };
    },
  }),
  action({
    name: 'list_commits',
    description: 'List the commits of a branch, newest first, of one file or all.',
    class: 'read',
    input: {
      ...inRepo,
      ref: commit.optional(),
      path: z.string().min(1).max(1000).optional().describe('only of this file or folder'),
      ...paging,
    },
    nameFields: people,
    request: ({ owner, repo, ref: from, path: file, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/commits`,
      query: { sha: from, path: file, ...pageQuery(page) },
    }),
    result(body, page) {
      const commits = objectsOf(body).map(commitBrief);
      return { commits, next: nextOf(commits.length, page) };
    },
  }),
  action({
    name: 'get_commit',
    description: 'Read one commit and what it changed.',
    class: 'read',
    input: { ...inRepo, ref: commit },
    nameFields: people,
    request: ({ owner, repo, ref: which }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/commits/${which}`,
    }),
    result: (body) => ({
      ...commitBrief(objectOf(body)),
      files: listOf(body, 'files').map(changedFile),
    }),
  }),
  action({
    name: 'list_workflow_runs',
    description: 'List the runs of GitHub Actions, newest first.',
    class: 'read',
    input: { ...inRepo, branch: branch.optional(), ...paging },
    request: ({ owner, repo, branch: on, ...page }) => ({
      method: 'GET',
      path: path`/repos/${owner}/${repo}/actions/runs`,
      query: { branch: on, ...pageQuery(page) },
    }),
    result(body, page) {
      const runs = listOf(body, 'workflow_runs').map((run) => ({
        ...pick(run, 'id', 'name', 'status', 'conclusion', 'event', 'head_branch', 'head_sha'),
        ...pick(run, 'created_at', 'html_url'),
      }));
      return { runs, next: nextOf(runs.length, page) };
    },
  }),
  action({
    name: 'create_branch',
    description: 'Create a branch at a commit; list_branches has their hashes.',
    class: 'write',
    input: {
      ...inRepo,
      branch,
      sha: z
        .string()
        .regex(/^[0-9a-f]{40,64}$/, 'is no hash of a commit')
        .describe('hash of the commit that it begins at'),
    },
    request: ({ owner, repo, branch: name, sha }) => ({
      method: 'POST',
      path: path`/repos/${owner}/${repo}/git/refs`,
      json: { ref: `refs/heads/${name}`, sha },
    }),
    result: (body) => ({ ref: at(body, 'ref'), sha: at(body, 'object', 'sha') }),
  }),
  action({
    name: 'delete_branch',
    description: 'Delete a branch; commits that are in no other may be lost.',
    class: 'high_risk',
    category: 'delete',
    input: { ...inRepo, branch },
    request: ({ owner, repo, branch: name }) => ({
      method: 'DELETE',
      path: path`/repos/${owner}/${repo}/git/refs/${`heads/${name}`}`,
    }),
    result: () => ({ deleted: true }),
  }),
];
