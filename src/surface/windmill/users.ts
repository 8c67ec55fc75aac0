// `/api/users/*` and `/api/w/{ws}/users/*`: who I am, tokens, accounts and members.
import {
  type GlobalUserOutput,
  globalUserShape,
  instanceUserShape,
  tokenShape,
  userShape,
} from '../shapes/index.ts';
import { filled, paging, wholeList } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';

interface Domain {
  domain: string;
  scopes: readonly { scope: string; takesPaths: boolean }[];
}

/** As Windmill's picker of scopes reads it. */
const scopeDomainShape = ({ domain, scopes }: Domain) => ({
  name: domain,
  scopes: scopes.map(({ scope, takesPaths }) => ({
    value: scope,
    label: scope.slice(domain.length + 1),
    requires_resource_path: takesPaths,
  })),
});

const tokenRows: readonly Row[] = [
  post({
    path: 'users/tokens/create',
    operation: 'tokens.create',
    input: (request) => {
      const { label, expiration, scopes, workspace_id, read_only } = request.fields();
      // Windmill's tokens never end unless they are asked to.
      return {
        ...filled({ label, scopes, workspaceId: workspace_id, readOnly: read_only }),
        expiration: expiration ?? null,
      };
    },
    answer: text(({ token }: { token: string }) => token, 201),
  }),
  post({
    path: 'users/tokens/impersonate',
    operation: 'tokens.impersonate',
    input: (request) => {
      const { label, expiration, impersonate_email, workspace_id } = request.fields();
      return {
        ...filled({ label, workspaceId: workspace_id }),
        expiration: expiration ?? null,
        impersonate: impersonate_email,
      };
    },
    answer: text(({ token }: { token: string }) => token, 201),
  }),
  get({
    path: 'tokens/list/scopes',
    operation: 'tokens.scopes',
    input: () => ({}),
    answer: jsonRows(scopeDomainShape),
  }),
  remove({
    path: 'users/tokens/delete/:prefix',
    operation: 'tokens.delete',
    input: (request) => ({ prefix: request.param('prefix') }),
    answer: text(() => 'token deleted'),
  }),
  get({
    path: 'users/tokens/list',
    operation: 'tokens.list',
    input: (request) => paging(request),
    answer: jsonRows(tokenShape),
  }),
  post({
    path: 'users/tokens/update_scopes/:prefix',
    operation: 'tokens.updateScopes',
    input: (request) => ({ prefix: request.param('prefix'), scopes: request.fields()['scopes'] }),
    answer: text(() => 'scopes updated'),
  }),
  post({
    path: 'users/tokens/update_label/:prefix',
    operation: 'tokens.updateLabel',
    input: (request) => ({ prefix: request.param('prefix'), label: request.fields()['label'] }),
    answer: text(() => 'label updated'),
  }),
];

const accountRows: readonly Row[] = [
  get({
    path: 'users/whoami',
    operation: 'users.me',
    input: () => ({}),
    answer: json(globalUserShape),
  }),
  get({
    path: 'users/email',
    operation: 'users.me',
    input: () => ({}),
    answer: text(({ email }: GlobalUserOutput) => email),
  }),
  post({
    path: 'users/create',
    operation: 'users.create',
    input: (request) => {
      const { email, password, name, super_admin } = request.fields();
      return filled({ email, password, name, superAdmin: super_admin });
    },
    answer: text(() => 'user created', 201),
  }),
  remove({
    path: 'users/delete/:email',
    operation: 'users.delete',
    input: (request) => ({ email: request.param('email') }),
    answer: text(() => 'user deleted'),
  }),
  get({
    path: 'users/exists/:email',
    operation: 'users.exists',
    input: (request) => ({ email: request.param('email') }),
    answer: json<boolean>(),
  }),
  post({
    path: 'users/update/:email',
    operation: 'users.update',
    input: (request) => {
      const { is_super_admin, is_devops, name, disabled } = request.fields();
      const change = { superAdmin: is_super_admin, devops: is_devops, name, disabled };
      return { email: request.param('email'), ...filled(change) };
    },
    answer: text(() => 'user updated'),
  }),
  post({
    path: 'users/setpassword',
    operation: 'users.setPassword',
    input: (request) => {
      // Windmill asks for no proof; here it is the password until now.
      const { password, current_password } = request.fields();
      return filled({ password, current: current_password });
    },
    answer: text(() => 'password changed'),
  }),
  post({
    path: 'users/set_password_of/:user',
    operation: 'users.setPassword',
    input: (request) => ({
      email: request.param('user'),
      ...filled({ password: request.fields()['password'] }),
    }),
    answer: text(() => 'password changed'),
  }),
  get({
    path: 'users/list_as_super_admin',
    operation: 'users.listAll',
    input: (request) => paging(request, { cliFromZero: true }),
    answer: jsonRows(instanceUserShape),
  }),
];

interface MemberFlags {
  is_admin?: unknown;
  operator?: unknown;
}

/** Windmill's two flags as our one role; undefined when the body names neither. */
export function roleOf({ is_admin, operator }: MemberFlags): string | undefined {
  if (is_admin === true) return 'admin';
  if (operator === true) return 'operator';
  return is_admin === undefined && operator === undefined ? undefined : 'developer';
}

const memberRows: readonly Row[] = [
  get({
    path: 'w/:workspace/users/whoami',
    operation: 'users.whoami',
    input: () => ({}),
    answer: json(userShape),
  }),
  get({
    path: 'w/:workspace/users/get/:username',
    operation: 'users.get',
    input: (request) => ({ username: request.param('username') }),
    answer: json(userShape),
  }),
  get({
    path: 'w/:workspace/users/whois/:username',
    operation: 'users.get',
    input: (request) => ({ username: request.param('username') }),
    answer: json(userShape),
  }),
  get({
    path: 'w/:workspace/users/is_owner/*',
    operation: 'users.ownsPath',
    input: (request) => ({ path: request.path() }),
    answer: json<boolean>(),
  }),
  post({
    path: 'w/:workspace/workspaces/leave',
    operation: 'members.leave',
    input: () => ({}),
    answer: text(() => 'left the workspace'),
  }),
  get({
    path: 'w/:workspace/users/list',
    operation: 'users.list',
    input: () => wholeList,
    answer: jsonRows(userShape),
  }),
  get({
    path: 'w/:workspace/users/list_usernames',
    operation: 'users.list',
    input: () => wholeList,
    answer: jsonRows(({ username }: { username: string }) => username),
  }),
  get({
    path: 'w/:workspace/users/username_to_email/:username',
    operation: 'users.usernameToEmail',
    input: (request) => ({ username: request.param('username') }),
    answer: text(({ email }: { email: string }) => email),
  }),
  post({
    path: 'w/:workspace/users/update/:username',
    operation: 'members.update',
    input: (request) => {
      const { is_admin, operator, disabled } = request.fields();
      const role = roleOf({ is_admin, operator });
      return filled({ username: request.param('username'), role, disabled });
    },
    answer: text(() => 'user updated'),
  }),
  remove({
    path: 'w/:workspace/users/delete/:username',
    operation: 'members.remove',
    input: (request) => ({ username: request.param('username') }),
    answer: text(() => 'user removed from the workspace'),
  }),
  post({
    path: 'w/:workspace/workspaces/add_user',
    operation: 'members.add',
    input: (request) => {
      const { email, username, is_admin, operator } = request.fields();
      return filled({ email, username, role: roleOf({ is_admin, operator }) ?? 'developer' });
    },
    answer: text(() => 'user added', 201),
  }),
];

export const userRows: readonly Row[] = [...tokenRows, ...accountRows, ...memberRows];
