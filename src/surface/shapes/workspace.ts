// A workspace's settings as Windmill's REST shows them.
import { type Wire, withoutNulls } from './wire.ts';

/** The output of `workspaces.settings`. */
export interface WorkspaceSettingsOutput {
  id: string;
  name: string;
  color: string | null;
  defaultApp: string | null;
}

export function workspaceSettingsShape(settings: WorkspaceSettingsOutput): Wire {
  return withoutNulls({
    workspace_id: settings.id,
    color: settings.color,
    default_app: settings.defaultApp,
  });
}
