// Schedules of Windmill. Whatever they run, they run with the rights of who makes them.
import { z } from 'zod';
import { action } from '../../action.ts';
import { args, listed, ownPage, pages, path, remotePage, told } from './shapes.ts';

const when = ['schedule', 'timezone', 'enabled'];
const brief = ['path', ...when, 'script_path', 'is_flow', 'summary'];
const schedule = { path: path.describe('path of the schedule') };

export const windmillSchedules = [
  action({
    name: 'list_schedules',
    description: 'List schedules.',
    class: 'read',
    input: pages,
    request: (page) => ({ method: 'GET', path: '/schedules/list', query: remotePage(page) }),
    own: (page) => ({ operation: 'schedules.list', input: ownPage(page) }),
    result: (body, page) => listed(body, { as: 'schedules', fields: brief, page }),
  }),
  action({
    name: 'get_schedule',
    description: 'Read one schedule with its arguments.',
    class: 'read',
    input: schedule,
    request: ({ path: where }) => ({ method: 'GET', path: `/schedules/get/${where}` }),
    own: ({ path: where }) => ({ operation: 'schedules.get', input: { path: where } }),
    result: (body) => told(body, ...brief, 'args', 'edited_at'),
  }),
  action({
    name: 'create_schedule',
    description: 'Run a script or flow at given times.',
    class: 'write',
    input: {
      ...schedule,
      schedule: z.string().min(9).max(200).describe('cron with six fields, seconds first'),
      timezone: z.string().min(1).max(100).describe('such as Europe/Berlin'),
      script_path: path.describe('path of the script or flow'),
      is_flow: z.boolean().default(false).describe('script_path is a flow'),
      args: args.default({}).describe('what it takes'),
      summary: z.string().max(1000).default('').describe('what it is for'),
      enabled: z.boolean().default(true).describe('false: it waits until somebody enables it'),
    },
    restoreIn: ['args', 'summary'],
    request: (params) => ({ method: 'POST', path: '/schedules/create', json: params }),
    own: ({ script_path: scriptPath, is_flow: isFlow, ...more }) => ({
      operation: 'schedules.create',
      input: { ...more, scriptPath, isFlow },
    }),
    result: (_, { path: where }) => ({ path: where }),
  }),
  action({
    name: 'set_schedule_enabled',
    description: 'Stop a schedule, or let it go on.',
    class: 'write',
    input: { ...schedule, enabled: z.boolean().describe('whether it runs') },
    request: ({ path: where, enabled }) => ({
      method: 'POST',
      path: `/schedules/setenabled/${where}`,
      json: { enabled },
    }),
    own: ({ path: where, enabled }) => ({
      operation: 'schedules.setEnabled',
      input: { path: where, enabled },
    }),
    result: (_, params) => params,
  }),
  action({
    name: 'delete_schedule',
    description: 'Delete a schedule.',
    class: 'high_risk',
    category: 'delete',
    input: schedule,
    request: ({ path: where }) => ({ method: 'DELETE', path: `/schedules/delete/${where}` }),
    own: ({ path: where }) => ({ operation: 'schedules.delete', input: { path: where } }),
    result: (_, { path: where }) => ({ path: where }),
  }),
];
