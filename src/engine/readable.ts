// What items grant by themselves, and what keeps a caller from reading one, for those who only know
// its path.
import { notFound } from '../base/index.ts';
import { authorise, type Call, type Target, workspaceOf } from '../operation/index.ts';

type Perms = Promise<Readonly<Record<string, boolean>> | undefined>;

interface Granting {
  extraPerms: (workspace: string, path: string) => Perms;
}

export interface GrantsDeps {
  scripts: Granting;
  flowEngine: { flows: Granting };
  apps: Granting;
  triggers: { extraPerms: (workspace: string, target: Target) => Perms };
  items: { variables: Granting; resources: Granting };
}

/** Undefined for what is not there, or of another floor. */
export function grantsOf({ scripts, flowEngine, apps, triggers, items }: GrantsDeps) {
  return async (
    workspace: string,
    { kind, path }: Target,
  ): Promise<Readonly<Record<string, boolean>> | undefined> => {
    if (kind === 'scripts') return scripts.extraPerms(workspace, path);
    if (kind === 'flows') return flowEngine.flows.extraPerms(workspace, path);
    if (kind === 'apps') return apps.extraPerms(workspace, path);
    if (kind === 'schedules' || kind === 'http_triggers') {
      return triggers.extraPerms(workspace, { kind, path });
    }
    if (kind === 'variables') return items.variables.extraPerms(workspace, path);
    return kind === 'resources' ? items.resources.extraPerms(workspace, path) : undefined;
  };
}

export function createReadable(extraPerms: (workspace: string, target: Target) => Perms) {
  /**
   * Throws `not_found` for an item that is not there, or that the caller may not read. `tool`: what
   * a token has to name that reaches it from an MCP address.
   */
  return async (call: Call, { kind, path }: Target, tool?: string): Promise<void> => {
    const grants = await extraPerms(workspaceOf(call), { kind, path });
    if (!grants) throw notFound(kind.replace(/s$/, ''), path);
    const ask = { action: `${kind}:read`, risk: 'read', ...(tool && { tool }) } as const;
    const verdict = authorise(call.caller, ask, { kind, path, extraPerms: grants });
    if (!verdict.allowed) throw verdict.error;
  };
}
