// The closed list of actions and the standing that each needs at least. An operation whose action
// is not here is refused to everybody: a new domain begins with its rows in this table.

/**
 * - `anyone`: signed in or not (logging in)
 * - `person`: whoever is signed in, on their own account, member of a workspace or not
 * - `operator`, `developer`, `admin`: members of the workspace, each includes the ones before
 * - `devops`, `instance`: offices of the whole instance; an instance admin is also devops
 */
export type Standing =
  | 'anyone'
  | 'person'
  | 'operator'
  | 'developer'
  | 'admin'
  | 'devops'
  | 'instance';

/** Domains of items that live at a path, `u/<user>/…` or `f/<folder>/…`. */
const itemDomains = [
  'apps',
  'flows',
  'http_triggers',
  'resources',
  'schedules',
  'scripts',
  'variables',
] as const;

const standings = new Map<string, Standing>([
  ['login:write', 'anyone'],
  // Apps that are for everybody; the verbs ask further for those that are not.
  ['apps:run', 'anyone'],
  // The link is the right; what it opens looks at it.
  ['approvals:read', 'anyone'],
  ['approvals:write', 'anyone'],
  ['signed_files:read', 'anyone'],
  // Public keys, and where they are.
  ['id_token_keys:read', 'anyone'],
  ['session:read', 'person'],
  ['session:write', 'person'],
  ['connections:read', 'person'],
  ['connections:write', 'person'],
  ['oauth_clients:read', 'instance'],
  ['oauth_clients:write', 'instance'],
  ['tokens:read', 'person'],
  ['tokens:write', 'person'],
  ['workspaces:list', 'person'],
  ['docs:read', 'person'],
  ['workers:read', 'person'],
  // The times of a cron expression, which is no item.
  ['schedules:list', 'person'],
  ...itemDomains.flatMap((domain): [string, Standing][] => [
    [`${domain}:read`, 'operator'],
    [`${domain}:write`, 'developer'],
  ]),
  ['agents:read', 'operator'],
  ['agents:write', 'operator'],
  // Files are what runs make and take, so whoever may run things keeps some.
  ['files:read', 'operator'],
  ['files:write', 'operator'],
  ['id_tokens:write', 'operator'],
  ['inputs:read', 'operator'],
  ['inputs:write', 'operator'],
  ['jobs:read', 'operator'],
  ['jobs:run', 'operator'],
  ['jobs:write', 'operator'],
  ['favorites:read', 'operator'],
  ['favorites:write', 'operator'],
  ['folders:read', 'operator'],
  ['folders:write', 'developer'],
  ['groups:read', 'operator'],
  ['groups:write', 'developer'],
  ['members:read', 'operator'],
  ['members:write', 'admin'],
  ['trash:read', 'operator'],
  ['trash:write', 'developer'],
  ['users:read', 'operator'],
  ['users:write', 'instance'],
  ['workspaces:read', 'operator'],
  ['workspaces:write', 'admin'],
  ['audit:read', 'admin'],
  ['instance:read', 'devops'],
  ['instance:write', 'instance'],
  ['workers:write', 'devops'],
  // Calls of services; their class is looked at by the gateway.
  ['services:read', 'operator'],
  ['services:write', 'operator'],
  // What people keep at the gateway for themselves, and what admins decide for all.
  ['gateway:read', 'operator'],
  ['gateway:write', 'operator'],
  ['gateway_admin:read', 'admin'],
  ['gateway_admin:write', 'admin'],
  // What processes log tells of every workspace.
  ['service_logs:read', 'devops'],
]);

/** What `action` asks for; undefined when nobody ever declared it. */
export function standingOf(action: string): Standing | undefined {
  return standings.get(action);
}

/**
 * Everything that a general scope may name, sorted. What anybody may do needs none; services have
 * scopes of their own.
 */
export const scopeActions: readonly string[] = [...standings]
  .filter(([action, standing]) => standing !== 'anyone' && !action.startsWith('services:'))
  .map(([action]) => action)
  .toSorted();

/** May a scope of this action end in paths? Jobs have ids, so only running them does. */
export function takesPaths(action: string): boolean {
  const [domain = ''] = action.split(':');
  return (
    action === 'jobs:run' ||
    domain === 'folders' ||
    domain === 'groups' ||
    domain === 'files' ||
    itemDomains.some((known) => known === domain)
  );
}

const outsideMcp = new Set([
  'approvals',
  'audit',
  'connections',
  'gateway',
  'gateway_admin',
  'id_token_keys',
  'instance',
  'login',
  'members',
  'oauth_clients',
  'services',
  'signed_files',
  'tokens',
]);

/**
 * May an `mcp:` scope ever reach this action? They stand for what a model does with automations;
 * accounts, tokens, members and the instance are never part of that, not even of `mcp:all`.
 */
export function withinMcp(action: string): boolean {
  const [domain = '', verb] = action.split(':');
  if (outsideMcp.has(domain)) return false;
  const office = domain === 'session' || domain === 'users' || domain === 'workspaces';
  return !((office || domain === 'workers') && verb === 'write');
}
