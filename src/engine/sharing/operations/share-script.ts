// scripts.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareScript = (sharing: Sharing) =>
  operation({
    name: 'scripts.share',
    summary: 'Let a person or a group read or write a script, in all its versions, or no longer.',
    risk: 'write',
    action: 'scripts:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'scripts', grant),
  });
