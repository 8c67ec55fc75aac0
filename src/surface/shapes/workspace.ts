// A workspace's settings as Windmill's REST shows them.
import { type Wire, withoutNulls } from './wire.ts';

/** What runs after the runs of a workspace. */
interface HandlerOutput {
  kind: 'error' | 'success';
  path: string;
  extraArgs: Wire;
  mutedOnCancel: boolean;
  mutedOnUserPath: boolean;
}

function handlerShape(handler: HandlerOutput): Wire {
  const { kind, path, extraArgs, mutedOnCancel, mutedOnUserPath } = handler;
  const muted = { muted_on_cancel: mutedOnCancel, muted_on_user_path: mutedOnUserPath };
  const args = Object.keys(extraArgs).length > 0 ? { extra_args: extraArgs } : {};
  return { path, ...args, ...(kind === 'error' ? muted : {}) };
}

/** The output of `workspaces.settings`. */
export interface WorkspaceSettingsOutput {
  id: string;
  name: string;
  color: string | null;
  defaultApp: string | null;
  handlers: readonly HandlerOutput[];
  webhook: string | null;
}

export function workspaceSettingsShape(settings: WorkspaceSettingsOutput): Wire {
  return withoutNulls({
    workspace_id: settings.id,
    color: settings.color,
    default_app: settings.defaultApp,
    webhook: settings.webhook,
    ...Object.fromEntries(
      settings.handlers.map((each) => [`${each.kind}_handler`, handlerShape(each)]),
    ),
  });
}
