// What is kept of GitLab's answers, and how projects, issues and branches are named.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { at, objectsOf, pick } from '../json.ts';

export const project = z
  .string()
  .max(500)
  .regex(/^(?:\d{1,12}|[\p{L}\p{N}_][\p{L}\p{N}_.-]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}_.-]*)+)$/u, {
    error: 'is no project, such as acme/billing or 42',
  })
  .describe('path of the project with its groups, such as acme/billing, or its id');

export const issueNumber = z.int().min(1).max(1_000_000_000).describe('number (iid) of the issue');
export const mergeNumber = z
  .int()
  .min(1)
  .max(1_000_000_000)
  .describe('number (iid) of the merge request');

export const ref = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^\s~^:?*[\\\p{C}]+$/u, 'is no name of a branch, tag or commit');

export const userName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_.-]+$/, 'is no user name')
  .describe('user name of a person');

export const title = z.string().min(1).max(255).describe('title');
export const description = z.string().max(500_000).describe('text in Markdown');
export const labels = z
  .array(
    z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^,]+$/, 'has no commas'),
  )
  .max(50)
  .optional()
  .describe('names of labels');

export const paging = {
  limit: z.int().min(1).max(100).default(20).describe('how many at most'),
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

/** Fields of results that hold people's names. */
export const people = ['author_name', 'assignee_name'];

export const issueBrief = (issue: JsonObject): JsonObject => ({
  ...pick(issue, 'project_id', 'iid', 'title', 'state', 'labels', 'due_date'),
  ...pick(issue, 'user_notes_count', 'created_at', 'updated_at', 'web_url'),
  author: at(issue, 'author', 'username'),
  author_name: at(issue, 'author', 'name'),
  assignee: at(issue, 'assignee', 'username'),
  assignee_name: at(issue, 'assignee', 'name'),
});

export const mergeBrief = (merge: JsonObject): JsonObject => ({
  ...pick(merge, 'project_id', 'iid', 'title', 'state', 'draft', 'labels', 'sha'),
  ...pick(merge, 'source_branch', 'target_branch', 'detailed_merge_status'),
  ...pick(merge, 'created_at', 'updated_at', 'web_url'),
  author: at(merge, 'author', 'username'),
  author_name: at(merge, 'author', 'name'),
});

const note = (said: JsonObject): JsonObject => ({
  ...pick(said, 'id', 'body', 'system', 'created_at'),
  author: at(said, 'author', 'username'),
  author_name: at(said, 'author', 'name'),
});

/** A page of what was said of an issue or a merge request. */
export function commentsOf(body: unknown, page: Page): JsonObject {
  const comments = objectsOf(body).map(note);
  return { comments, next: nextOf(comments.length, page) };
}

export const commitBrief = (found: JsonObject): JsonObject =>
  pick(found, 'id', 'short_id', 'title', 'message', 'author_name', 'created_at', 'web_url');

export const change = (file: JsonObject): JsonObject =>
  pick(file, 'old_path', 'new_path', 'new_file', 'renamed_file', 'deleted_file', 'diff');
