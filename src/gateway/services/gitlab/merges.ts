// Merge requests of GitLab: what they change, what is said of them, and merging.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, objectOf, objectsOf, pick } from '../json.ts';
import {
  change,
  commentsOf,
  description,
  labels,
  mergeBrief,
  mergeNumber,
  nextOf,
  pageQuery,
  paging,
  people,
  project,
  ref,
  title,
} from './shapes.ts';

const inMerge = { project, merge_request_number: mergeNumber };
const state = z
  .enum(['opened', 'closed', 'merged', 'all'])
  .default('opened')
  .describe('only in this state');

export const gitlabMerges = [
  action({
    name: 'list_merge_requests',
    description: 'List the merge requests of a project, latest change first.',
    class: 'read',
    input: { project, state, ...paging },
    nameFields: people,
    request: ({ project: where, state: only, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/merge_requests`,
      query: { state: only, order_by: 'updated_at', ...pageQuery(page) },
    }),
    result(body, page) {
      const merges = objectsOf(body).map(mergeBrief);
      return { merge_requests: merges, next: nextOf(merges.length, page) };
    },
  }),
  action({
    name: 'search_merge_requests',
    description: 'Find merge requests by words, in every project that you can reach.',
    class: 'read',
    input: { query: z.string().min(1).max(500).describe('words'), state, ...paging },
    restoreIn: ['query'],
    nameFields: people,
    request: ({ query, state: only, ...page }) => ({
      method: 'GET',
      path: '/api/v4/merge_requests',
      query: { scope: 'all', search: query, state: only, ...pageQuery(page) },
    }),
    result(body, page) {
      const merges = objectsOf(body).map(mergeBrief);
      return { merge_requests: merges, next: nextOf(merges.length, page) };
    },
  }),
  action({
    name: 'get_merge_request',
    description: 'Read one merge request with its text, and whether it can be merged.',
    class: 'read',
    input: inMerge,
    nameFields: people,
    request: ({ project: where, merge_request_number: number }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/merge_requests/${number}`,
    }),
    result: (body) => ({
      ...mergeBrief(objectOf(body)),
      ...pick(body, 'description', 'has_conflicts', 'changes_count'),
      pipeline: at(body, 'head_pipeline', 'status'),
    }),
  }),
  action({
    name: 'get_merge_request_changes',
    description: 'Read what a merge request changes, file by file.',
    class: 'read',
    input: { ...inMerge, ...paging },
    request: ({ project: where, merge_request_number: number, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/merge_requests/${number}/diffs`,
      query: pageQuery(page),
    }),
    result(body, page) {
      const files = objectsOf(body).map(change);
      return { files, next: nextOf(files.length, page) };
    },
  }),
  action({
    name: 'get_merge_request_comments',
    description: 'Read what was said of a merge request, oldest first.',
    class: 'read',
    input: { ...inMerge, ...paging },
    nameFields: people,
    request: ({ project: where, merge_request_number: number, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/merge_requests/${number}/notes`,
      query: { sort: 'asc', ...pageQuery(page) },
    }),
    result: commentsOf,
  }),
  action({
    name: 'create_merge_request',
    description: 'Ask for a branch to be merged into another.',
    class: 'write',
    input: {
      project,
      title,
      source_branch: ref.describe('branch with the changes'),
      target_branch: ref.describe('branch that they go into, such as main'),
      description: description.optional(),
      labels,
    },
    restoreIn: ['title', 'description'],
    request: ({ project: where, labels: named, ...json }) => ({
      method: 'POST',
      path: path`/api/v4/projects/${where}/merge_requests`,
      json: { ...json, labels: named?.join(',') },
    }),
    result: (body) => pick(body, 'iid', 'state', 'web_url'),
  }),
  action({
    name: 'update_merge_request',
    description: 'Change a merge request, close it or open it again; what is not given stays.',
    class: 'write',
    input: {
      ...inMerge,
      title: title.optional(),
      description: description.optional(),
      labels,
      state_event: z.enum(['close', 'reopen']).optional().describe('close it, or open it again'),
    },
    restoreIn: ['title', 'description'],
    request: ({ project: where, merge_request_number: number, labels: named, ...json }) => ({
      method: 'PUT',
      path: path`/api/v4/projects/${where}/merge_requests/${number}`,
      json: { ...json, labels: named?.join(',') },
    }),
    result: (body) => pick(body, 'iid', 'state', 'web_url'),
  }),
  action({
    name: 'add_merge_request_comment',
    description: 'Comment on a merge request.',
    class: 'write',
    input: { ...inMerge, body: description.min(1) },
    restoreIn: ['body'],
    request: ({ project: where, merge_request_number: number, body: said }) => ({
      method: 'POST',
      path: path`/api/v4/projects/${where}/merge_requests/${number}/notes`,
      json: { body: said },
    }),
    result: (body) => pick(body, 'id'),
  }),
  action({
    name: 'merge_merge_request',
    description: 'Merge a merge request.',
    class: 'high_risk',
    category: 'publish',
    input: {
      ...inMerge,
      squash: z.boolean().default(false).describe('as one commit'),
      sha: z
        .string()
        .regex(/^[0-9a-f]{40,64}$/, 'is no hash of a commit')
        .optional()
        .describe('sha that you saw; refused when it is another by now'),
    },
    request: ({ project: where, merge_request_number: number, ...json }) => ({
      method: 'PUT',
      path: path`/api/v4/projects/${where}/merge_requests/${number}/merge`,
      json,
    }),
    result: (body) => pick(body, 'iid', 'state', 'merge_commit_sha'),
  }),
];
