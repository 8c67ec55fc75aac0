// Invitations to workspaces: `/api/users/*invite*` for who is asked, and for who asks
// `/api/w/{ws}/workspaces/*invite*`.
import { filled, wholeList } from './fields.ts';
import { get, jsonRows, post, type Row, text } from './table.ts';
import { roleOf } from './users.ts';

interface InviteOutput {
  workspace: string;
  email: string;
  role: string;
}

const inviteShape = ({ workspace, email, role }: InviteOutput) => ({
  workspace_id: workspace,
  email,
  is_admin: role === 'admin',
  operator: role === 'operator',
});

export const inviteRows: readonly Row[] = [
  get({
    path: 'users/list_invites',
    operation: 'invites.mine',
    input: () => ({}),
    answer: jsonRows(inviteShape),
  }),
  post({
    path: 'users/accept_invite',
    operation: 'invites.accept',
    input: (request) => {
      const { workspace_id: workspace, username } = request.fields();
      return filled({ workspace, username });
    },
    answer: text(({ workspace }: InviteOutput) => `joined ${workspace}`),
  }),
  post({
    path: 'users/decline_invite',
    operation: 'invites.decline',
    input: (request) => ({ workspace: request.fields()['workspace_id'] }),
    answer: text(({ workspace }: InviteOutput) => `declined ${workspace}`),
  }),
  post({
    path: 'w/:workspace/workspaces/invite_user',
    operation: 'invites.create',
    input: (request) => {
      const { email, is_admin, operator } = request.fields();
      return { email, role: roleOf({ is_admin, operator }) ?? 'developer' };
    },
    answer: text(({ email }: InviteOutput) => `invited ${email}`),
  }),
  get({
    path: 'w/:workspace/workspaces/list_pending_invites',
    operation: 'invites.list',
    input: () => wholeList,
    answer: jsonRows(inviteShape),
  }),
  post({
    path: 'w/:workspace/workspaces/delete_invite',
    operation: 'invites.remove',
    input: (request) => ({ email: request.fields()['email'] }),
    answer: text(({ email }: InviteOutput) => `no longer invited: ${email}`),
  }),
];
