// resources.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareResource = (sharing: Sharing) =>
  operation({
    name: 'resources.share',
    summary: 'Let a person or a group read or write a resource, or no longer.',
    risk: 'write',
    action: 'resources:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'resources', grant),
  });
