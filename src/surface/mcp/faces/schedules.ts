// Endpoint tools of schedules.
import { scheduleShape } from '../../shapes/index.ts';
import type { Argument, Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

type Schedule = Parameters<typeof scheduleShape>[0];

const path = (place: 'path' | 'body'): Argument =>
  field.required(field.text(place, 'Path of the schedule, such as f/team/nightly.'));

const whole = (description: string): Argument => ({
  in: 'body',
  schema: { type: 'integer', minimum: 1, description },
});

const object = (description: string): Argument => ({
  in: 'body',
  schema: { type: 'object', description },
});

const cron = {
  schedule: field.text(
    'body',
    'Cron with six fields: second minute hour day-of-month month day-of-week, such as ' +
      '"0 30 8 * * MON-FRI". Try it with previewSchedule.',
  ),
  timezone: field.text('body', 'IANA time zone, such as Europe/Paris or UTC.'),
};

const handler = (when: string): Argument =>
  field.text('body', `script/<path> or flow/<path> to run ${when}.`);

/** Windmill's, for who knows them: rarely needed, and not listed. */
const rare = {
  ws_error_handler_muted: field.unlisted(field.flag('body', 'Not for the workspace’s handler.')),
  cron_version: field.unlisted(field.text('body', 'v1 or v2: how days are read.')),
  permissioned_as: field.unlisted(field.text('body', 'Whose rights it runs with.')),
  preserve_permissioned_as: field.unlisted(field.flag('body', 'Keep another person’s rights.')),
};

const settings = {
  ...cron,
  args: object('Arguments of the script or flow; read its schema first.'),
  summary: field.text('body', 'One line.'),
  description: field.text('body', 'What it is for, Markdown.'),
  labels: field.texts('body', 'Labels.'),
  on_failure: handler('when a run fails'),
  on_failure_times: whole('Only after so many failures in a row.'),
  on_failure_exact: field.flag('body', 'At exactly that many, not at each further one.'),
  on_failure_extra_args: object('Further arguments of the failure handler.'),
  on_recovery: handler('when runs succeed again'),
  on_recovery_times: whole('After so many successes in a row.'),
  on_recovery_extra_args: object('Further arguments of the recovery handler.'),
  on_success: handler('after each success'),
  on_success_extra_args: object('Further arguments of the success handler.'),
  retry: object('{constant: {attempts, seconds}} or {exponential: {…}}; scripts only.'),
  no_flow_overlap: field.flag('body', 'Skip a time while an earlier run still runs.'),
  paused_until: field.moment('body', 'No run before.'),
  dynamic_skip: field.text('body', 'Script asked before each run; it runs on true.'),
  tag: field.text('body', 'Worker tag of the runs.'),
};

const written = (verb: string) => (output: { path: string }) =>
  `${verb} the schedule ${output.path}.`;

export const scheduleEndpoints: readonly Endpoint[] = [
  {
    name: 'listSchedules',
    title: 'List schedules',
    description: 'Finds schedules, with what they run, when next, and what went wrong.',
    method: 'GET',
    route: '/w/{workspace}/schedules/list',
    effect: 'reads',
    operation: 'schedules.list',
    arguments: {
      ...field.paging,
      path: { ...field.text('query', 'Only those of this script or flow.'), to: 'scriptPath' },
      is_flow: field.flag('query', 'Only those of flows, or of scripts.'),
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      schedule_path: { ...field.text('query', 'Only this schedule.'), to: 'path' },
      broad_filter: field.text('query', 'Only those that say this somewhere.'),
      label: field.text('query', 'Only those with this label.'),
      description: field.unlisted(field.text('query', 'Only those whose description holds this.')),
      summary: field.unlisted(field.text('query', 'Only those whose summary holds this.')),
      args: field.unlisted({ in: 'query', schema: { type: 'object' } }),
      ...field.listing,
    },
    shape: (schedules: Schedule[]) => schedules.map(scheduleShape),
  },
  {
    name: 'getSchedule',
    title: 'Read a schedule',
    description: 'Reads a schedule, with its next run and why the last one did not start.',
    method: 'GET',
    route: '/w/{workspace}/schedules/get/{path}',
    effect: 'reads',
    operation: 'schedules.get',
    arguments: { path: path('path'), ...field.reading },
    shape: scheduleShape,
  },
  {
    name: 'previewSchedule',
    title: 'Preview a schedule',
    description: 'Says when a cron expression comes next, in UTC. Stores nothing.',
    method: 'POST',
    route: '/schedules/preview',
    effect: 'reads',
    operation: 'schedules.preview',
    arguments: {
      schedule: field.required(cron.schedule),
      timezone: field.required(cron.timezone),
    },
    shape: (ticks: number[]) => ticks.map((at) => new Date(at).toISOString()),
  },
  {
    name: 'createSchedule',
    title: 'Create a schedule',
    description: 'Runs a script or flow at the times of a cron expression, with your rights.',
    method: 'POST',
    route: '/w/{workspace}/schedules/create',
    effect: 'adds',
    operation: 'schedules.create',
    starts: true,
    arguments: {
      path: path('body'),
      ...settings,
      schedule: field.required(settings.schedule),
      timezone: field.required(settings.timezone),
      script_path: field.required(field.text('body', 'Path of the script or flow to run.')),
      is_flow: field.flag('body', 'script_path is a flow.'),
      enabled: field.flag('body', 'Whether it runs; true.'),
      ...rare,
    },
    shape: written('Created'),
  },
  {
    name: 'updateSchedule',
    title: 'Update a schedule',
    description:
      'Changes a schedule; what you leave out stays as it was. From then on it runs with your ' +
      'rights.',
    method: 'POST',
    route: '/w/{workspace}/schedules/update/{path}',
    effect: 'changes',
    operation: 'schedules.update',
    starts: true,
    arguments: { path: path('path'), ...settings, ...rare },
    shape: written('Updated'),
  },
  {
    name: 'setScheduleEnabled',
    title: 'Enable or disable a schedule',
    description: 'Turns a schedule on or off; off also cancels a run that still waits.',
    method: 'POST',
    route: '/w/{workspace}/schedules/setenabled/{path}',
    effect: 'changes',
    operation: 'schedules.setEnabled',
    arguments: {
      path: path('path'),
      enabled: field.required(field.flag('body', 'Whether it runs.')),
    },
    shape: written('Set'),
  },
  {
    name: 'deleteSchedule',
    title: 'Delete a schedule',
    description: 'Deletes a schedule, for ever. Only when the user asked for exactly that.',
    method: 'DELETE',
    route: '/w/{workspace}/schedules/delete/{path}',
    effect: 'removes',
    operation: 'schedules.delete',
    arguments: { path: path('path') },
    shape: written('Deleted'),
  },
];
