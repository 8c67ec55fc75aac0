// What is kept of Jira's answers: the fields that a model works with, and Markdown instead
// of the Atlassian Document Format.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { adfToMarkdown, isAdf } from '../../adf/index.ts';

export const issueKey = z
  .string()
  .regex(/^(?:[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]+)$/, 'is no issue key, such as PAY-12')
  .describe('key of the issue, such as PAY-12');

export const paging = {
  limit: z.int().min(1).max(100).default(25).describe('how many at most'),
  next: z.string().max(2000).optional().describe('`next` of the page before'),
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list in an answer; empty where there is none. */
export function listOf(body: unknown, field: string): JsonObject[] {
  const list = isObject(body) ? body[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Rich text as Markdown; null where there is none. */
export function textOf(document: unknown): string | null {
  if (typeof document === 'string') return document;
  return isAdf(document) ? adfToMarkdown(document) : null;
}

const named = (value: unknown): unknown =>
  isObject(value) ? (value['displayName'] ?? value['name'] ?? null) : null;

export function issueBrief(issue: JsonObject): JsonObject {
  const fields = isObject(issue['fields']) ? issue['fields'] : {};
  return {
    key: issue['key'],
    summary: fields['summary'] ?? null,
    status: named(fields['status']),
    assignee: named(fields['assignee']),
    priority: named(fields['priority']),
    updated: fields['updated'] ?? null,
  };
}

export function issueWhole(body: unknown): JsonObject {
  const issue = isObject(body) ? body : {};
  const fields = isObject(issue['fields']) ? issue['fields'] : {};
  return {
    ...issueBrief(issue),
    type: named(fields['issuetype']),
    reporter: named(fields['reporter']),
    created: fields['created'] ?? null,
    labels: fields['labels'] ?? [],
    description: textOf(fields['description']),
  };
}
