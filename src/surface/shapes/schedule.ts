// Schedules as Windmill's REST shows them.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** The output of `schedules.get`, and a row of the lists. */
export interface ScheduleOutput {
  workspaceId: string;
  path: string;
  schedule: string;
  timezone: string;
  enabled: boolean;
  scriptPath: string;
  isFlow: boolean;
  args: Readonly<Record<string, unknown>>;
  summary: string;
  description: string;
  labels: readonly string[];
  extraPerms: Readonly<Record<string, boolean>>;
  options: Readonly<Record<string, unknown>>;
  pausedUntil: number | null;
  permissionedAs: string;
  email: string;
  editedBy: string;
  editedAt: number;
  error: string | null;
  nextAt: number | null;
  jobs?: readonly unknown[];
}

const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function scheduleShape(schedule: ScheduleOutput): Wire {
  const { options } = schedule;
  return withoutNulls({
    workspace_id: schedule.workspaceId,
    path: schedule.path,
    edited_by: schedule.editedBy,
    edited_at: isoTime(schedule.editedAt),
    schedule: schedule.schedule,
    timezone: schedule.timezone,
    enabled: schedule.enabled,
    script_path: schedule.scriptPath,
    is_flow: schedule.isFlow,
    args: schedule.args,
    extra_perms: schedule.extraPerms,
    email: schedule.email,
    permissioned_as: schedule.permissionedAs,
    error: schedule.error,
    summary: schedule.summary === '' ? undefined : schedule.summary,
    description: schedule.description === '' ? undefined : schedule.description,
    labels: schedule.labels.length > 0 ? schedule.labels : undefined,
    paused_until: isoTime(schedule.pausedUntil),
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [snakeCase(name), value])),
    next_at: isoTime(schedule.nextAt),
    jobs: schedule.jobs,
  });
}
