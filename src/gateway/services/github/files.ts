// Files in repositories of GitHub: read, listed, and written as commits of their own.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { action } from '../../action.ts';
import { filePath, path } from '../../address.ts';
import { at, objectsOf, pick, textIn } from '../json.ts';
import { inRepo, ref } from './shapes.ts';

const file = z.string().min(1).max(1000).describe('path of the file, such as src/main.go');
const blob = z
  .string()
  .regex(/^[0-9a-f]{40,64}$/, 'is no sha of a file')
  .describe('sha that get_file told of the file that stands there');
const message = z.string().min(1).max(2000).describe('message of the commit');
const branch = ref.optional().describe('branch; absent: the default branch');

const placeOf = ({ owner, repo, path: where }: { owner: string; repo: string; path: string }) =>
  `${path`/repos/${owner}/${repo}/contents`}/${filePath(where)}`;

/** Text as it is; of other files only what they are. */
function contentOf(body: unknown): JsonObject {
  const known = pick(body, 'path', 'sha', 'size', 'html_url');
  if (at(body, 'encoding') !== 'base64') return { ...known, content: null };
  const bytes = Buffer.from(textIn(at(body, 'content')), 'base64');
  const text = bytes.toString('utf8');
  return { ...known, content: text.includes('\0') ? null : text, binary: text.includes('\0') };
}

export const githubFiles = [
  action({
    name: 'get_file',
    description: 'Read a text file of up to 1 MB, with the sha that changing it takes.',
    class: 'read',
    input: { ...inRepo, path: file, ref: ref.optional().describe('branch, tag or commit') },
    request: ({ ref: from, ...place }) => ({
      method: 'GET',
      path: placeOf(place),
      query: { ref: from },
    }),
    result: contentOf,
  }),
  action({
    name: 'list_files',
    description: 'List what is in a folder; without a path, in the root.',
    class: 'read',
    input: {
      ...inRepo,
      path: file.optional().describe('path of the folder'),
      ref: ref.optional().describe('branch, tag or commit'),
    },
    request: ({ owner, repo, path: folder, ref: from }) => ({
      method: 'GET',
      path:
        folder === undefined
          ? path`/repos/${owner}/${repo}/contents`
          : placeOf({ owner, repo, path: folder }),
      query: { ref: from },
    }),
    result: (body) => ({
      files: objectsOf(body).map((one) => pick(one, 'path', 'type', 'size', 'sha')),
    }),
  }),
  action({
    name: 'write_file',
    description: 'Create a file, or change it where its sha is given, in a commit of its own.',
    class: 'write',
    input: {
      ...inRepo,
      path: file,
      content: z.string().max(1_000_000).describe('the whole new text'),
      message,
      branch,
      sha: blob.optional(),
    },
    restoreIn: ['content', 'message'],
    request: ({ content, message: why, branch: on, sha, ...place }) => ({
      method: 'PUT',
      path: placeOf(place),
      json: {
        message: why,
        content: Buffer.from(content).toString('base64'),
        branch: on,
        sha,
      },
    }),
    result: (body) => ({
      ...pick(at(body, 'content'), 'path', 'sha', 'html_url'),
      commit: at(body, 'commit', 'sha'),
    }),
  }),
  action({
    name: 'delete_file',
    description: 'Delete a file in a commit of its own.',
    class: 'high_risk',
    category: 'delete',
    input: { ...inRepo, path: file, message, branch, sha: blob },
    request: ({ message: why, branch: on, sha, ...place }) => ({
      method: 'DELETE',
      path: placeOf(place),
      json: { message: why, branch: on, sha },
    }),
    result: (body) => ({ deleted: true, commit: at(body, 'commit', 'sha') }),
  }),
];
