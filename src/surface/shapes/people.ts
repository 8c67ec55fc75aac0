// Users, tokens, workspaces, folders and groups as Windmill's REST shows them.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** The output of `users.me`. */
export interface GlobalUserOutput {
  email: string;
  loginType: string;
  superAdmin: boolean;
  devops?: boolean;
  verified: boolean;
  name?: string | null;
  company?: string | null;
  username?: string | null;
  disabled?: boolean;
}

export function globalUserShape(user: GlobalUserOutput): Wire {
  return withoutNulls({
    email: user.email,
    login_type: user.loginType,
    super_admin: user.superAdmin,
    devops: user.devops ?? false,
    verified: user.verified,
    name: user.name,
    company: user.company,
    username: user.username,
    operator_only: false,
    first_time_user: false,
    role_source: 'manual',
    disabled: user.disabled ?? false,
  });
}

/** A row of `users.listAll`. */
export interface InstanceUserOutput {
  email: string;
  name?: string | null;
  company?: string | null;
  verified: boolean;
  superAdmin: boolean;
  devops: boolean;
  disabled: boolean;
}

export function instanceUserShape(user: InstanceUserOutput): Wire {
  return globalUserShape({ ...user, loginType: 'password' });
}

/** The output of `users.whoami`, and a row of `users.list`. */
export interface UserOutput {
  email: string;
  username: string;
  isAdmin: boolean;
  name?: string | null;
  isSuperAdmin: boolean;
  createdAt: number;
  operator: boolean;
  disabled: boolean;
  groups?: readonly string[];
  folders?: readonly string[];
  foldersRead?: readonly string[];
  foldersOwners?: readonly string[];
}

export function userShape(user: UserOutput): Wire {
  return withoutNulls({
    email: user.email,
    username: user.username,
    is_admin: user.isAdmin,
    name: user.name,
    is_super_admin: user.isSuperAdmin,
    created_at: isoTime(user.createdAt),
    operator: user.operator,
    disabled: user.disabled,
    groups: user.groups ?? [],
    folders: user.folders ?? [],
    folders_read: user.foldersRead ?? [],
    folders_owners: user.foldersOwners ?? [],
  });
}

/** A row of `tokens.list`. */
export interface TokenOutput {
  tokenPrefix: string;
  label?: string | null;
  createdAt: number;
  lastUsedAt?: number | null;
  expiration?: number | string | null;
  scopes?: readonly string[] | null;
  email?: string | null;
  workspaceId?: string | null;
  readOnly: boolean;
}

export function tokenShape(token: TokenOutput): Wire {
  return withoutNulls({
    token_prefix: token.tokenPrefix,
    label: token.label,
    created_at: isoTime(token.createdAt),
    // Windmill's rows always have it; a token that was never used was last used when made.
    last_used_at: isoTime(token.lastUsedAt ?? token.createdAt),
    expiration: isoTime(token.expiration),
    scopes: token.scopes,
    email: token.email,
    workspace_id: token.workspaceId,
    read_only: token.readOnly,
  });
}

/** A row of `workspaces.list`. */
export interface WorkspaceOutput {
  id: string;
  name: string;
  owner: string;
  color?: string | null;
  deleted?: boolean;
}

export function workspaceShape(workspace: WorkspaceOutput): Wire {
  return withoutNulls({
    id: workspace.id,
    name: workspace.name,
    owner: workspace.owner,
    color: workspace.color,
    deleted: workspace.deleted ?? false,
  });
}

/** The output of `workspaces.mine`. */
export interface OwnWorkspacesOutput {
  email: string;
  workspaces: readonly {
    id: string;
    name: string;
    username: string;
    color?: string | null;
    disabled?: boolean;
  }[];
}

export function ownWorkspacesShape(own: OwnWorkspacesOutput): Wire {
  return {
    email: own.email,
    workspaces: own.workspaces.map(({ id, name, username, color, disabled }) => ({
      id,
      name,
      username,
      // Windmill's rows always have a colour that is a text.
      color: color ?? '',
      is_dev_workspace: false,
      disabled: disabled ?? false,
    })),
  };
}

/** The output of `folders.get`, and a row of `folders.list`. */
export interface FolderOutput {
  name: string;
  displayName?: string | null;
  owners: readonly string[];
  extraPerms: Readonly<Record<string, boolean>>;
  summary?: string | null;
  /** Windmill's rules in Windmill's words, kept as given. */
  defaultPermissionedAs?: readonly unknown[] | null;
  createdBy?: string | null;
  editedAt?: number | null;
}

export function folderShape(folder: FolderOutput): Wire {
  return withoutNulls({
    name: folder.name,
    display_name: folder.displayName,
    owners: folder.owners,
    extra_perms: folder.extraPerms,
    summary: folder.summary,
    default_permissioned_as: folder.defaultPermissionedAs,
    created_by: folder.createdBy,
    edited_at: isoTime(folder.editedAt),
  });
}

/** The output of `groups.get`, and a row of `groups.list`. */
export interface GroupOutput {
  name: string;
  summary?: string | null;
  members?: readonly string[];
  extraPerms?: Readonly<Record<string, boolean>>;
}

export function groupShape(group: GroupOutput): Wire {
  return withoutNulls({
    name: group.name,
    summary: group.summary,
    members: group.members ?? [],
    extra_perms: group.extraPerms ?? {},
  });
}
