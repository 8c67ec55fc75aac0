// variables.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareVariable = (sharing: Sharing) =>
  operation({
    name: 'variables.share',
    summary: 'Let a person or a group read or write a variable, or no longer.',
    risk: 'write',
    action: 'variables:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'variables', grant),
  });
