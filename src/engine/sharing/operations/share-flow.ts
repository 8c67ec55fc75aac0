// flows.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareFlow = (sharing: Sharing) =>
  operation({
    name: 'flows.share',
    summary: 'Let a person or a group read or write a flow, or no longer.',
    risk: 'write',
    action: 'flows:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'flows', grant),
  });
