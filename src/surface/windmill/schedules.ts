// `/api/w/{ws}/schedules/*`, and the preview of a cron expression.
import { AppError } from '../../base/index.ts';
import { scheduleShape } from '../shapes/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonItem, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const schedules = 'w/:workspace/schedules';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });

function timeOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const at = Date.parse(value);
  if (!Number.isNaN(at)) return at;
  throw new AppError('invalid_input', 'paused_until is not a time such as 2026-11-21T12:00:00Z.');
}

/** Windmill's names of the settings, and ours. */
const optionNames = {
  cron_version: 'cronVersion',
  on_failure: 'onFailure',
  on_failure_times: 'onFailureTimes',
  on_failure_exact: 'onFailureExact',
  on_failure_extra_args: 'onFailureExtraArgs',
  on_recovery: 'onRecovery',
  on_recovery_times: 'onRecoveryTimes',
  on_recovery_extra_args: 'onRecoveryExtraArgs',
  on_success: 'onSuccess',
  on_success_extra_args: 'onSuccessExtraArgs',
  ws_error_handler_muted: 'wsErrorHandlerMuted',
  retry: 'retry',
  no_flow_overlap: 'noFlowOverlap',
  tag: 'tag',
  dynamic_skip: 'dynamicSkip',
} as const;

/** The settings; what Windmill leaves out of an update is unset there, so it is null here. */
function optionsOf(body: Record<string, unknown>): Record<string, unknown> {
  const names = Object.entries(optionNames);
  return Object.fromEntries(
    names.map(([wire, own]) => [own, body[wire] === '' ? null : (body[wire] ?? null)]),
  );
}

/** Handlers that a body does not speak of may be the default; what is imported is whole. */
function unsaidHandlers(body: Record<string, unknown>): Record<string, undefined> {
  const names = (['on_failure', 'on_recovery', 'on_success'] as const).filter(
    (name) => body[name] === undefined,
  );
  return Object.fromEntries(names.map((name) => [optionNames[name], undefined]));
}

function shared(body: Record<string, unknown>): Record<string, unknown> {
  return {
    ...optionsOf(body),
    pausedUntil: timeOf(body['paused_until']) ?? null,
    ...filled({
      schedule: body['schedule'],
      timezone: body['timezone'],
      args: body['args'],
      labels: body['labels'],
      extraPerms: body['extra_perms'],
      permissionedAs: body['permissioned_as'],
      preservePermissionedAs: body['preserve_permissioned_as'],
    }),
  };
}

const listInput = (request: WireRequest): Record<string, unknown> => ({
  ...paging(request, { cliFromZero: true }),
  ...present({
    scriptPath: request.query.text('path'),
    isFlow: request.query.flag('is_flow'),
    pathStart: request.query.text('path_start'),
    path: request.query.text('schedule_path'),
    description: request.query.text('description'),
    summary: request.query.text('summary'),
    broadFilter: request.query.text('broad_filter'),
    label: request.query.text('label'),
    args: request.query.json('args'),
  }),
});

const readingRows: readonly Row[] = [
  get({
    path: `${schedules}/list`,
    operation: 'schedules.list',
    input: listInput,
    answer: jsonRows(scheduleShape),
  }),
  get({
    path: `${schedules}/list_with_jobs`,
    operation: 'schedules.listWithJobs',
    input: listInput,
    answer: jsonRows(scheduleShape),
  }),
  get({
    path: `${schedules}/get/*`,
    operation: 'schedules.get',
    input: byPath,
    answer: jsonItem(scheduleShape),
  }),
  get({
    path: `${schedules}/exists/*`,
    operation: 'schedules.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
  post({
    path: 'schedules/preview',
    operation: 'schedules.preview',
    input: (request) => {
      const { schedule, timezone, cron_version: cronVersion } = request.fields();
      return filled({ schedule, timezone, cronVersion });
    },
    answer: json((ticks: number[]) => ticks.map((at) => new Date(at).toISOString())),
  }),
];

export const scheduleRows: readonly Row[] = [
  ...readingRows,
  post({
    path: `${schedules}/create`,
    operation: 'schedules.create',
    input: (request) => {
      const body = request.fields();
      return {
        ...shared(body),
        ...(request.fromCli ? {} : unsaidHandlers(body)),
        ...filled({
          path: body['path'],
          scriptPath: body['script_path'],
          isFlow: body['is_flow'],
          summary: body['summary'],
          description: body['description'],
        }),
        // Windmill's default; ours is true.
        enabled: body['enabled'] ?? false,
      };
    },
    answer: text(({ path }: { path: string }) => path),
  }),
  post({
    path: `${schedules}/update/*`,
    operation: 'schedules.update',
    input: (request) => {
      const body = request.fields();
      return {
        ...byPath(request),
        ...shared(body),
        summary: body['summary'] ?? '',
        description: body['description'] ?? '',
      };
    },
    answer: text(({ path }: { path: string }) => path),
  }),
  post({
    path: `${schedules}/setenabled/*`,
    operation: 'schedules.setEnabled',
    input: (request) => ({ ...byPath(request), enabled: request.fields()['enabled'] }),
    answer: text(({ path }: { path: string }) => path),
  }),
  post({
    path: `${schedules}/setdefaulthandler`,
    operation: 'schedules.setDefaultHandler',
    input: (request) => {
      const body = request.fields();
      return {
        path: body['path'] === '' ? null : (body['path'] ?? null),
        ...filled({
          kind: body['handler_type'],
          overrideExisting: body['override_existing'],
          extraArgs: body['extra_args'],
          times: body['number_of_occurence'],
          exact: body['number_of_occurence_exact'],
          workspaceHandlerMuted: body['workspace_handler_muted'],
        }),
      };
    },
    answer: text(({ kind }: { kind: string }) => `default ${kind} handler set`),
  }),
  remove({
    path: `${schedules}/delete/*`,
    operation: 'schedules.delete',
    input: byPath,
    answer: text(({ path }: { path: string }) => `schedule ${path} deleted`),
  }),
];
