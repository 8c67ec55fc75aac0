// httpTriggers.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareHttpTrigger = (sharing: Sharing) =>
  operation({
    name: 'httpTriggers.share',
    summary: 'Let a person or a group read or write an HTTP route, or no longer.',
    risk: 'write',
    action: 'http_triggers:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'httpTriggers', grant),
  });
