// The handlers that schedules of a workspace have when nobody names another, set by admins. A
// schedule takes them over when it is made: what it runs stands in the schedule alone.
import { z } from 'zod';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { handlerTarget, type SchedulePushes } from './pushes.ts';
import { args, handlerPath, type ScheduleOptions } from './schedule.ts';
import * as sql from './defaults.sql.ts';

type Name = keyof ScheduleOptions;

/** The settings of each kind; the first is the handler. */
const settings = {
  error: {
    handler: 'onFailure',
    times: 'onFailureTimes',
    exact: 'onFailureExact',
    extraArgs: 'onFailureExtraArgs',
    muted: 'wsErrorHandlerMuted',
  },
  recovery: {
    handler: 'onRecovery',
    times: 'onRecoveryTimes',
    extraArgs: 'onRecoveryExtraArgs',
  },
  success: { handler: 'onSuccess', extraArgs: 'onSuccessExtraArgs' },
} as const satisfies Record<string, Record<string, Name>>;

export const defaultHandler = z.strictObject({
  kind: z.enum(['error', 'recovery', 'success']).describe('after which ends it runs'),
  path: handlerPath.describe('script/<path> or flow/<path>; null: none any more'),
  overrideExisting: z.boolean().default(false).describe('for all schedules that are there, too'),
  extraArgs: args.nullish().describe('further arguments of the handler'),
  times: z.int().min(1).max(10_000).nullish().describe('after so many ends in a row'),
  exact: z.boolean().nullish().describe('of error: at exactly that many failures'),
  workspaceHandlerMuted: z.boolean().nullish().describe('of error: no workspace error handler'),
});
export type DefaultHandler = z.output<typeof defaultHandler>;

function optionsOf(said: DefaultHandler): Partial<Record<Name, unknown>> {
  const { kind, path, times, exact, extraArgs, workspaceHandlerMuted: muted } = said;
  if (path === null || path === undefined) return {};
  const values = { handler: path, times, exact, extraArgs, muted };
  const named = Object.entries(settings[kind]).map(([what, name]) => [
    name,
    values[what as keyof typeof values],
  ]);
  return Object.fromEntries(named.filter(([, value]) => value !== null && value !== undefined));
}

export interface DefaultsDeps {
  db: Database;
  pushes: Pick<SchedulePushes, 'assertMayRun'>;
  onChanged: () => void;
}

/** `said` with the handlers that it does not speak of; null is a word: none. */
export async function withDefaults(
  db: Database,
  call: Call,
  said: ScheduleOptions,
): Promise<ScheduleOptions> {
  const rows = await db.rows<{ options: ScheduleOptions }>(sql.selectDefaults, [workspaceOf(call)]);
  const handlers = Object.values(settings).map(({ handler }) => handler);
  return rows.reduce((sum, { options }) => {
    const [handler] = handlers.filter((name) => options[name]);
    return handler && sum[handler] === undefined ? { ...sum, ...options } : sum;
  }, said);
}

export function createDefaults({ db, pushes, onChanged }: DefaultsDeps) {
  return {
    /** Throws `not_found` for a handler that is not there. */
    async setDefaultHandler(call: Call, said: DefaultHandler): Promise<{ kind: string }> {
      const workspace = workspaceOf(call);
      const { kind, path, overrideExisting } = said;
      if (path) await pushes.assertMayRun(call, handlerTarget(path));
      const options = JSON.stringify(optionsOf(said));
      await db.transaction(async (queries) => {
        if (path) await queries.run(sql.upsertDefault, [workspace, kind, options]);
        else await queries.run(sql.deleteDefault, [workspace, kind]);
        if (!overrideExisting) return;
        const names = Object.values(settings[kind]);
        await queries.run(sql.overrideHandlers, [workspace, names, options]);
      });
      if (overrideExisting) onChanged();
      return { kind };
    },
  };
}
