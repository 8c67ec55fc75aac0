// schedules.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareSchedule = (sharing: Sharing) =>
  operation({
    name: 'schedules.share',
    summary: 'Let a person or a group read or write a schedule, or no longer.',
    risk: 'write',
    action: 'schedules:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'schedules', grant),
  });
