// Windmill: a remote workspace of Windmill or Millrace by address and token, or, where no address
// is set up, the workspace of the call itself, through its own operations and without a key.
import type { ServiceDeclaration } from '../../action.ts';
import { windmillItems } from './items.ts';
import { windmillJobs } from './jobs.ts';
import { windmillSchedules } from './schedules.ts';

export const windmill: ServiceDeclaration = {
  name: 'windmill',
  title: 'Windmill',
  description: 'scripts, flows, jobs and schedules of a workspace of Windmill or Millrace',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  keyHint: 'Make a token in the user settings of that Windmill or Millrace.',
  baseUrl: undefined,
  addressHint: 'It ends in its workspace: https://windmill.example.com/api/w/acme.',
  isOwn: true,
  actions: [...windmillItems, ...windmillJobs, ...windmillSchedules],
};
