// Variables, resources and resource types as Windmill's REST shows them.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** A row of `variables.list`, and the output of `variables.get`. */
export interface VariableOutput {
  workspaceId: string;
  path: string;
  value: string | null;
  isSecret: boolean;
  description: string;
  account: number | null;
  isOauth: boolean;
  isExpired: boolean;
  expiresAt: number | null;
  extraPerms: Readonly<Record<string, boolean>>;
  labels: readonly string[];
}

export function variableShape(variable: VariableOutput): Wire {
  return withoutNulls({
    workspace_id: variable.workspaceId,
    path: variable.path,
    value: variable.value,
    is_secret: variable.isSecret,
    description: variable.description,
    account: variable.account,
    is_oauth: variable.isOauth,
    is_expired: variable.isExpired,
    expires_at: isoTime(variable.expiresAt),
    extra_perms: variable.extraPerms,
    labels: variable.labels.length > 0 ? variable.labels : undefined,
  });
}

/** A row of `variables.listContextual`. */
export interface ContextualOutput {
  name: string;
  value: string;
  description: string;
  isCustom: boolean;
}

export function contextualShape({ isCustom, ...variable }: ContextualOutput): Wire {
  return { ...variable, is_custom: isCustom };
}

/** A row of `resources.list`; `resources.get` has the value as well, null or not. */
export interface ResourceOutput {
  workspaceId: string;
  path: string;
  resourceType: string;
  description: string;
  isOauth: boolean;
  extraPerms: Readonly<Record<string, boolean>>;
  labels: readonly string[];
  createdBy: string;
  editedAt: number;
  value?: unknown;
}

export function resourceShape(resource: ResourceOutput): Wire {
  const shaped = {
    workspace_id: resource.workspaceId,
    path: resource.path,
    resource_type: resource.resourceType,
    description: resource.description,
    is_oauth: resource.isOauth,
    // An account belongs to a variable here, never to a resource.
    is_linked: false,
    is_refreshed: false,
    extra_perms: resource.extraPerms,
    created_by: resource.createdBy,
    edited_at: isoTime(resource.editedAt),
    ...(resource.labels.length > 0 && { labels: resource.labels }),
  };
  return 'value' in resource ? { ...shaped, value: resource.value } : shaped;
}

/** A row of `resourceTypes.list`; what Millrace brings along has no workspace. */
export interface ResourceTypeOutput {
  name: string;
  workspaceId: string | null;
  schema: Readonly<Record<string, unknown>>;
  description: string;
  displayName: string | null;
  formatExtension: string | null;
  isFileset: boolean;
  createdBy: string | null;
  editedAt: number | null;
}

export function resourceTypeShape(type: ResourceTypeOutput): Wire {
  return withoutNulls({
    workspace_id: type.workspaceId,
    name: type.name,
    schema: type.schema,
    description: type.description,
    display_name: type.displayName,
    format_extension: type.formatExtension,
    is_fileset: type.isFileset,
    created_by: type.createdBy,
    edited_at: isoTime(type.editedAt),
  });
}
