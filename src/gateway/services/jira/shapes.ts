// What is kept of Jira's answers: the fields that a model works with, and Markdown instead
// of the Atlassian Document Format.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { adfToMarkdown, isAdf } from '../../adf/index.ts';
import { at, listOf, objectOf, pick } from '../json.ts';

export const issueKey = z
  .string()
  .max(120)
  .regex(/^(?:[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]+)$/, 'is no issue key, such as PAY-12')
  .describe('key of the issue, such as PAY-12');

export const projectKey = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'is no project key, such as PAY')
  .describe('key of the project, such as PAY');

export const id = z.string().regex(/^[0-9]{1,20}$/, 'is no id: digits');

export const accountId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9:_-]+$/, 'is no account id; search_users finds them')
  .describe('account id of a person, from search_users');

export const limit = z.int().min(1).max(100).default(25).describe('how many at most');
/** Of lists that go on by a token. */
export const nextToken = z.string().max(2000).optional().describe('`next` of the page before');
/** Of lists that go on by a number. */
export const nextStart = z
  .int()
  .min(0)
  .max(1_000_000)
  .optional()
  .describe('`next` of the page before');

/** Fields of results that hold people's names. */
export const people = ['displayName', 'assignee', 'reporter', 'author', 'creator', 'lead'];

/** Where a list goes on that began at `next`; null at its end. */
export function nextOf(
  body: unknown,
  { found, next = 0 }: { found: number; next?: number | undefined },
): number | null {
  const total = at(body, 'total');
  const more = typeof total === 'number' ? next + found < total : at(body, 'isLast') === false;
  return more && found > 0 ? next + found : null;
}

/** Rich text as Markdown; null where there is none. */
export function textOf(document: unknown): string | null {
  if (typeof document === 'string') return document;
  return isAdf(document) ? adfToMarkdown(document) : null;
}

const named = (value: unknown): unknown => at(value, 'displayName') ?? at(value, 'name');

export const person = (value: unknown): JsonObject =>
  pick(value, 'accountId', 'displayName', 'emailAddress', 'active');

export function issueBrief(issue: JsonObject): JsonObject {
  const fields = objectOf(issue['fields']);
  return {
    key: issue['key'] ?? null,
    summary: fields['summary'] ?? null,
    status: named(fields['status']),
    assignee: named(fields['assignee']),
    priority: named(fields['priority']),
    due: fields['duedate'] ?? null,
    updated: fields['updated'] ?? null,
  };
}

export function issueWhole(body: unknown): JsonObject {
  const issue = objectOf(body);
  const fields = objectOf(issue['fields']);
  return {
    ...issueBrief(issue),
    type: named(fields['issuetype']),
    reporter: named(fields['reporter']),
    assigneeId: at(fields['assignee'], 'accountId'),
    parent: at(fields['parent'], 'key'),
    created: fields['created'] ?? null,
    labels: fields['labels'] ?? [],
    description: textOf(fields['description']),
    links: listOf(fields, 'issuelinks').map((link) => ({
      type: at(link, 'type', 'name'),
      key: at(link, 'outwardIssue', 'key') ?? at(link, 'inwardIssue', 'key'),
    })),
  };
}
