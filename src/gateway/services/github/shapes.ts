// What is kept of GitHub's answers, and how repositories, issues and branches are named.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { at, listOf, pick } from '../json.ts';

const ownerName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/, 'is no name of an owner')
  .describe('account or organization, such as octocat');
const repoName = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 'is no name of a repository')
  .describe('name of the repository, such as hello-world');

export const inRepo = { owner: ownerName, repo: repoName };
export const login = ownerName;

export const issueNumber = z.int().min(1).max(1_000_000_000).describe('number of the issue');
export const pullNumber = z.int().min(1).max(1_000_000_000).describe('number of the pull request');

export const ref = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^\s~^:?*[\\\p{C}]+$/u, 'is no name of a branch, tag or commit');

export const paging = {
  limit: z.int().min(1).max(100).default(30).describe('how many at most'),
  next: z.int().min(1).max(10_000).optional().describe('`next` of the page before'),
};

interface Page {
  limit: number;
  next?: number | undefined;
}

export const pageQuery = ({ limit, next }: Page) => ({ per_page: limit, page: next });

/** A full page may have another one behind it. */
export const nextOf = (found: number, { limit, next = 1 }: Page): number | null =>
  found < limit ? null : next + 1;

/** Fields of results that hold people's names; logins are addresses, and stay. */
export const people = ['author_name', 'person_name', 'email'];

export const repository = (found: JsonObject): JsonObject => ({
  ...pick(found, 'full_name', 'description', 'private', 'archived', 'default_branch', 'language'),
  ...pick(found, 'open_issues_count', 'stargazers_count', 'pushed_at', 'html_url'),
});

export const issueBrief = (issue: JsonObject): JsonObject => ({
  ...pick(issue, 'number', 'title', 'state', 'comments', 'created_at', 'updated_at', 'html_url'),
  author: at(issue, 'user', 'login'),
  assignees: listOf(issue, 'assignees').map((one) => one['login']),
  labels: listOf(issue, 'labels').map((one) => one['name']),
  is_pull_request: issue['pull_request'] !== undefined,
});

export const pullBrief = (pull: JsonObject): JsonObject => ({
  ...pick(pull, 'number', 'title', 'state', 'draft', 'created_at', 'updated_at', 'html_url'),
  author: at(pull, 'user', 'login'),
  from: at(pull, 'head', 'ref'),
  head_sha: at(pull, 'head', 'sha'),
  into: at(pull, 'base', 'ref'),
});

export const commitBrief = (found: JsonObject): JsonObject => ({
  sha: found['sha'] ?? null,
  message: at(found, 'commit', 'message'),
  author: at(found, 'author', 'login'),
  author_name: at(found, 'commit', 'author', 'name'),
  date: at(found, 'commit', 'author', 'date'),
});

export const changedFile = (file: JsonObject): JsonObject =>
  pick(file, 'filename', 'status', 'additions', 'deletions', 'patch');

export const comment = (said: JsonObject): JsonObject => ({
  ...pick(said, 'id', 'body', 'created_at', 'html_url'),
  author: at(said, 'user', 'login'),
});
