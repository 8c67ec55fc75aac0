// What Jira Cloud tells of where issues are and whose: projects, people, boards and sprints.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { at, listOf, objectsOf, pick } from '../json.ts';
import {
  accountId,
  id,
  issueBrief,
  limit,
  nextOf,
  nextStart,
  people,
  person,
  projectKey,
} from './shapes.ts';

export const placeReads = [
  action({
    name: 'list_projects',
    description: 'List the projects that you can see, by name.',
    class: 'read',
    input: {
      name: z.string().min(1).max(200).optional().describe('only names and keys with this in it'),
      limit,
      next: nextStart,
    },
    nameFields: people,
    request: ({ name, limit: size, next }) => ({
      method: 'GET',
      path: '/rest/api/3/project/search',
      query: { query: name, maxResults: size, startAt: next, orderBy: 'name' },
    }),
    result(body, { next }) {
      const projects = listOf(body, 'values').map((project) => ({
        ...pick(project, 'id', 'key', 'name', 'projectTypeKey'),
        lead: at(project, 'lead', 'displayName'),
      }));
      return { projects, next: nextOf(body, { found: projects.length, next }) };
    },
  }),
  action({
    name: 'list_issue_types',
    description: 'List the types that issues of a project can have.',
    class: 'read',
    input: { project: projectKey },
    request: ({ project }) => ({ method: 'GET', path: path`/rest/api/3/project/${project}` }),
    result: (body) => ({
      types: listOf(body, 'issueTypes').map((type) => pick(type, 'id', 'name', 'subtask')),
    }),
  }),
  action({
    name: 'search_users',
    description: 'Find people by a part of their name or address; answers their account ids.',
    class: 'read',
    input: {
      name: z.string().min(1).max(200).describe('part of a name or address'),
      limit,
      next: nextStart,
    },
    restoreIn: ['name'],
    nameFields: people,
    request: ({ name, limit: size, next }) => ({
      method: 'GET',
      path: '/rest/api/3/user/search',
      query: { query: name, maxResults: size, startAt: next },
    }),
    result(body, { limit: size, next = 0 }) {
      const users = objectsOf(body).map(person);
      return { users, next: users.length < size ? null : next + users.length };
    },
  }),
  action({
    name: 'get_user',
    description: 'Read who somebody is; without an account id, yourself.',
    class: 'read',
    input: { account_id: accountId.optional() },
    nameFields: people,
    request: ({ account_id: who }) => ({
      method: 'GET',
      path: who === undefined ? '/rest/api/3/myself' : '/rest/api/3/user',
      query: { accountId: who },
    }),
    result: person,
  }),
  action({
    name: 'list_boards',
    description: 'List the boards, of one project or all.',
    class: 'read',
    input: { project: projectKey.optional(), limit, next: nextStart },
    request: ({ project, limit: size, next }) => ({
      method: 'GET',
      path: '/rest/agile/1.0/board',
      query: { projectKeyOrId: project, maxResults: size, startAt: next },
    }),
    result(body, { next }) {
      const boards = listOf(body, 'values').map((board) => ({
        ...pick(board, 'id', 'name', 'type'),
        project: at(board, 'location', 'projectKey'),
      }));
      return { boards, next: nextOf(body, { found: boards.length, next }) };
    },
  }),
  action({
    name: 'list_sprints',
    description: 'List the sprints of a board with their state and dates.',
    class: 'read',
    input: {
      board_id: id.describe('id of the board, from list_boards'),
      state: z.enum(['active', 'future', 'closed']).optional().describe('only sprints in it'),
      limit,
      next: nextStart,
    },
    request: ({ board_id: board, state, limit: size, next }) => ({
      method: 'GET',
      path: path`/rest/agile/1.0/board/${board}/sprint`,
      query: { state, maxResults: size, startAt: next },
    }),
    result(body, { next }) {
      const sprints = listOf(body, 'values').map((sprint) =>
        pick(sprint, 'id', 'name', 'state', 'goal', 'startDate', 'endDate'),
      );
      return { sprints, next: nextOf(body, { found: sprints.length, next }) };
    },
  }),
  action({
    name: 'list_sprint_issues',
    description: 'List the issues of a sprint.',
    class: 'read',
    input: {
      sprint_id: id.describe('id of the sprint, from list_sprints'),
      limit,
      next: nextStart,
    },
    nameFields: people,
    request: ({ sprint_id: sprint, limit: size, next }) => ({
      method: 'GET',
      path: path`/rest/agile/1.0/sprint/${sprint}/issue`,
      query: { maxResults: size, startAt: next },
    }),
    result(body, { next }) {
      const issues = listOf(body, 'issues').map(issueBrief);
      return { issues, next: nextOf(body, { found: issues.length, next }) };
    },
  }),
];
