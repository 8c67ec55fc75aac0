// Projects of GitLab with their branches, commits, files and pipelines.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, objectsOf, pick, textIn } from '../json.ts';
import { commitBrief, nextOf, pageQuery, paging, people, project, ref } from './shapes.ts';

const branch = ref.describe('name of the branch');
const file = z.string().min(1).max(1000).describe('path of the file, such as src/main.go');

const brief = (found: unknown) => ({
  ...pick(found, 'id', 'path_with_namespace', 'description', 'default_branch', 'archived'),
  ...pick(found, 'visibility', 'open_issues_count', 'last_activity_at', 'web_url'),
});

export const gitlabCode = [
  action({
    name: 'list_projects',
    description: 'List the projects that you are a member of, latest activity first.',
    class: 'read',
    input: {
      search: z.string().min(1).max(200).optional().describe('words in the name'),
      ...paging,
    },
    request: ({ search, ...page }) => ({
      method: 'GET',
      path: '/api/v4/projects',
      query: { membership: true, order_by: 'last_activity_at', search, ...pageQuery(page) },
    }),
    result(body, page) {
      const projects = objectsOf(body).map(brief);
      return { projects, next: nextOf(projects.length, page) };
    },
  }),
  action({
    name: 'get_project',
    description: 'Read what a project is, and its default branch.',
    class: 'read',
    input: { project },
    request: ({ project: where }) => ({ method: 'GET', path: path`/api/v4/projects/${where}` }),
    result: brief,
  }),
  action({
    name: 'list_branches',
    description: 'List the branches of a project.',
    class: 'read',
    input: {
      project,
      search: z.string().min(1).max(200).optional().describe('words in the name'),
      ...paging,
    },
    request: ({ project: where, search, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/repository/branches`,
      query: { search, ...pageQuery(page) },
    }),
    result(body, page) {
      const branches = objectsOf(body).map((one) => ({
        ...pick(one, 'name', 'merged', 'protected', 'default'),
        sha: at(one, 'commit', 'id'),
      }));
      return { branches, next: nextOf(branches.length, page) };
    },
  }),
  action({
    name: 'list_commits',
    description: 'List the commits of a branch, newest first, of one file or all.',
    class: 'read',
    input: {
      project,
      ref: ref.optional().describe('branch, tag or commit'),
      path: file.optional(),
      ...paging,
    },
    nameFields: people,
    request: ({ project: where, ref: from, path: of, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/repository/commits`,
      query: { ref_name: from, path: of, ...pageQuery(page) },
    }),
    result(body, page) {
      const commits = objectsOf(body).map(commitBrief);
      return { commits, next: nextOf(commits.length, page) };
    },
  }),
  action({
    name: 'list_files',
    description: 'List what is in a folder; without a path, in the root.',
    class: 'read',
    input: {
      project,
      path: file.optional(),
      ref: ref.optional().describe('branch, tag or commit'),
      ...paging,
    },
    request: ({ project: where, path: folder, ref: from, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/repository/tree`,
      query: { path: folder, ref: from, ...pageQuery(page) },
    }),
    result(body, page) {
      const files = objectsOf(body).map((one) => pick(one, 'path', 'type', 'id'));
      return { files, next: nextOf(files.length, page) };
    },
  }),
  action({
    name: 'get_file',
    description: 'Read a text file.',
    class: 'read',
    input: { project, path: file, ref: ref.default('HEAD').describe('branch, tag or commit') },
    request: ({ project: where, path: of, ref: from }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/repository/files/${of}`,
      query: { ref: from },
    }),
    result(body) {
      const text = Buffer.from(textIn(at(body, 'content')), 'base64').toString('utf8');
      const binary = text.includes('\0');
      const known = pick(body, 'file_path', 'size', 'ref', 'last_commit_id');
      return { ...known, binary, content: binary ? null : text };
    },
  }),
  action({
    name: 'list_pipelines',
    description: 'List the pipelines of a project, newest first.',
    class: 'read',
    input: { project, ref: ref.optional().describe('branch or tag'), ...paging },
    request: ({ project: where, ref: of, ...page }) => ({
      method: 'GET',
      path: path`/api/v4/projects/${where}/pipelines`,
      query: { ref: of, ...pageQuery(page) },
    }),
    result(body, page) {
      const pipelines = objectsOf(body).map((one) =>
        pick(one, 'id', 'status', 'source', 'ref', 'sha', 'created_at', 'web_url'),
      );
      return { pipelines, next: nextOf(pipelines.length, page) };
    },
  }),
  action({
    name: 'create_branch',
    description: 'Create a branch.',
    class: 'write',
    input: { project, branch, ref: ref.describe('branch, tag or commit that it begins at') },
    request: ({ project: where, ...json }) => ({
      method: 'POST',
      path: path`/api/v4/projects/${where}/repository/branches`,
      json,
    }),
    result: (body) => ({ ...pick(body, 'name', 'web_url'), sha: at(body, 'commit', 'id') }),
  }),
  action({
    name: 'delete_branch',
    description: 'Delete a branch; commits that are in no other may be lost.',
    class: 'high_risk',
    category: 'delete',
    input: { project, branch },
    request: ({ project: where, branch: name }) => ({
      method: 'DELETE',
      path: path`/api/v4/projects/${where}/repository/branches/${name}`,
    }),
    result: () => ({ deleted: true }),
  }),
];
