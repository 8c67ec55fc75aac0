// The verbs of schedules. Who may call them has been decided at the door, by path; here also that
// whoever writes one may run what it starts, because its runs have that person's rights.
import { type Clock, notFound } from '../../base/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { errorResult, type JobEvents, type MemberOf } from '../jobs/index.ts';
import { taken } from '../variables/index.ts';
import { type CronText, readLiveCron, type Ticks } from './cron.ts';
import { createDefaults, withDefaults } from './defaults.ts';
import { type SchedulePushes, targetsOf } from './pushes.ts';
import { runsAs } from './runs-as.ts';
import {
  type NewSchedule,
  optionFields,
  type Schedule,
  type ScheduleChange,
  type ScheduleOptions,
  type ScheduleRow,
} from './schedule.ts';
import * as sql from './schedules.sql.ts';

export interface SchedulesDeps {
  db: Database;
  clock: Clock;
  events: Pick<JobEvents, 'ended' | 'tellOthers'>;
  pushes: Pick<SchedulePushes, 'assertMayRun'>;
  memberOf: MemberOf;
  /** Ticks have changed: look again. */
  onChanged: () => void;
}

export interface ScheduleFilters {
  page: number;
  perPage: number;
  scriptPath?: string | undefined;
  isFlow?: boolean | undefined;
  pathStart?: string | undefined;
  path?: string | undefined;
  description?: string | undefined;
  summary?: string | undefined;
  broadFilter?: string | undefined;
  label?: string | undefined;
  args?: Record<string, unknown> | undefined;
}

export interface ScheduleWithJobs extends Schedule {
  jobs: { id: string; success: boolean; duration_ms: number }[];
}

export type Schedules = ReturnType<typeof createSchedules>;

/** The options among the input's fields; absent ones stay absent. */
function optionsIn(said: Partial<ScheduleOptions>): ScheduleOptions {
  const names = Object.keys(optionFields) as (keyof ScheduleOptions)[];
  const given = names.filter((name) => said[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, said[name]]));
}

const withoutNulls = (options: ScheduleOptions): ScheduleOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));

/** When it runs next, seen from now; null when it does not. */
function nextAtOf(
  deps: SchedulesDeps,
  { ticks, enabled, pausedUntil }: { ticks: Ticks; enabled: boolean; pausedUntil: number | null },
): number | null {
  if (!enabled) return null;
  return ticks.next(Math.max(deps.clock.now(), (pausedUntil ?? 0) - 1)) ?? null;
}

const cronOf = (row: Pick<ScheduleRow, 'schedule' | 'timezone' | 'options'>): CronText => ({
  schedule: row.schedule,
  timezone: row.timezone,
  cronVersion: row.options.cronVersion,
});

async function create(deps: SchedulesDeps, call: Call, said: NewSchedule) {
  const { db, clock, pushes } = deps;
  const workspace = workspaceOf(call);
  const ticks = readLiveCron(said, clock.now());
  const options = withoutNulls(await withDefaults(db, call, optionsIn(said)));
  const { path, scriptPath, isFlow, enabled, pausedUntil = null } = said;
  for (const target of targetsOf({ scriptPath, isFlow, options })) {
    await pushes.assertMayRun(call, target);
  }
  const as = await runsAs(deps, call, said);
  const inserted = await db.run(sql.insertSchedule, [
    workspace,
    path,
    ticks.schedule,
    said.timezone,
    enabled,
    scriptPath,
    isFlow,
    JSON.stringify(said.args),
    said.summary,
    said.description,
    said.labels,
    JSON.stringify(said.extraPerms),
    JSON.stringify(options),
    pausedUntil,
    as.permissionedAs,
    as.email,
    as.scopes,
    displayNameOf(call.caller),
    clock.now(),
    nextAtOf(deps, { ticks, enabled, pausedUntil }),
  ]);
  if (inserted === 0) throw taken('schedule', path);
  deps.onChanged();
  return { path };
}

/** The row as the change makes it; what it leaves out stays. */
function changed(old: ScheduleRow, change: ScheduleChange): ScheduleRow {
  return {
    ...old,
    schedule: change.schedule ?? old.schedule,
    timezone: change.timezone ?? old.timezone,
    args: change.args ?? old.args,
    summary: change.summary ?? old.summary,
    description: change.description ?? old.description,
    labels: change.labels ?? old.labels,
    extraPerms: change.extraPerms ?? old.extraPerms,
    pausedUntil: change.pausedUntil === undefined ? old.pausedUntil : change.pausedUntil,
    options: withoutNulls({ ...old.options, ...optionsIn(change) }),
  };
}

async function update(deps: SchedulesDeps, call: Call, change: ScheduleChange) {
  const { db, clock, pushes } = deps;
  const at = [workspaceOf(call), change.path];
  const old = await db.row<ScheduleRow>(sql.selectSchedule, at);
  if (!old) throw notFound('schedule', change.path);
  for (const target of targetsOf(changed(old, change))) await pushes.assertMayRun(call, target);
  const as = await runsAs(deps, call, change);
  await db.transaction(async (queries) => {
    const held = await queries.row<ScheduleRow>(sql.holdSchedule, at);
    if (!held) throw notFound('schedule', change.path);
    const row = changed(held, change);
    const ticks = readLiveCron(cronOf(row), clock.now());
    await queries.run(sql.updateSchedule, [
      ...at,
      ticks.schedule,
      row.timezone,
      JSON.stringify(row.args),
      row.summary,
      row.description,
      row.labels,
      JSON.stringify(row.extraPerms),
      JSON.stringify(row.options),
      row.pausedUntil,
      as.permissionedAs,
      as.email,
      as.scopes,
      displayNameOf(call.caller),
      clock.now(),
      nextAtOf(deps, { ...row, ticks }),
    ]);
  });
  deps.onChanged();
  return { path: change.path };
}

function createReading({ db }: SchedulesDeps) {
  const pageOf = (call: Call, filters: ScheduleFilters): unknown[] => {
    const who = readableBy(call.caller);
    return [
      workspaceOf(call),
      who.all,
      who.owners,
      who.principals,
      filters.scriptPath ?? null,
      filters.isFlow ?? null,
      filters.pathStart ?? null,
      filters.path ?? null,
      filters.description ?? null,
      filters.summary ?? null,
      filters.broadFilter ?? null,
      filters.label ?? null,
      filters.args === undefined ? null : JSON.stringify(filters.args),
      filters.perPage,
      (filters.page - 1) * filters.perPage,
      pathsWithin(call.caller, 'schedules'),
    ];
  };

  return {
    async get(call: Call, path: string): Promise<Schedule> {
      const found = await db.row<Schedule>(sql.selectSchedule, [workspaceOf(call), path]);
      if (!found) throw notFound('schedule', path);
      return found;
    },
    async exists(call: Call, path: string): Promise<boolean> {
      return (await db.row(sql.selectSchedulePerms, [workspaceOf(call), path])) !== undefined;
    },
    list: (call: Call, filters: ScheduleFilters) =>
      db.rows<Schedule>(sql.selectSchedules, pageOf(call, filters)),
    listWithJobs: (call: Call, filters: ScheduleFilters) =>
      db.rows<ScheduleWithJobs>(sql.selectSchedulesWithJobs, pageOf(call, filters)),
    async extraPerms(workspace: string, path: string) {
      const values = [workspace, path];
      const row = await db.row<Pick<Schedule, 'extraPerms'>>(sql.selectSchedulePerms, values);
      return row?.extraPerms;
    },
  };
}

export function createSchedules(deps: SchedulesDeps) {
  const { db, clock, events, onChanged } = deps;

  /** Takes back what still waits for a worker. */
  async function dropWaiting(call: Call, path: string, reason: string): Promise<void> {
    const ended = await db.rows<{ id: string }>(sql.cancelWaiting, [
      workspaceOf(call),
      path,
      displayNameOf(call.caller),
      reason,
      clock.now(),
      errorResult('Canceled', `Canceled: ${reason}`),
    ]);
    for (const { id } of ended) {
      events.ended(id, undefined);
      events.tellOthers(id);
    }
  }

  return {
    ...createReading(deps),
    ...createDefaults(deps),
    create: (call: Call, said: NewSchedule) => create(deps, call, said),
    update: (call: Call, change: ScheduleChange) => update(deps, call, change),

    /** Turning it off also takes its waiting run out of the queue. */
    async setEnabled(call: Call, path: string, enabled: boolean): Promise<{ path: string }> {
      const at = [workspaceOf(call), path];
      await db.transaction(async (queries) => {
        const row = await queries.row<ScheduleRow>(sql.holdSchedule, at);
        if (!row) throw notFound('schedule', path);
        const ticks = enabled ? readLiveCron(cronOf(row), clock.now()) : undefined;
        const { pausedUntil } = row;
        const nextAt = ticks ? nextAtOf(deps, { ticks, enabled, pausedUntil }) : null;
        await queries.run(sql.enableSchedule, [...at, enabled, nextAt]);
      });
      if (!enabled) await dropWaiting(call, path, 'the schedule was disabled');
      onChanged();
      return { path };
    },

    async delete(call: Call, path: string): Promise<{ path: string }> {
      const gone = await db.run(sql.deleteSchedule, [workspaceOf(call), path]);
      if (gone === 0) throw notFound('schedule', path);
      await dropWaiting(call, path, 'the schedule was deleted');
      return { path };
    },

    /** The next `count` ticks from now, epoch milliseconds. */
    preview: (text: CronText, count: number): number[] =>
      readLiveCron(text, clock.now()).upcoming(clock.now(), count),
  };
}
