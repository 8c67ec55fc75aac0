// apps.share
import { operation } from '../../../operation/index.ts';
import { type Sharing, sharedInput, sharedOutput } from '../sharing.ts';

export const shareApp = (sharing: Sharing) =>
  operation({
    name: 'apps.share',
    summary: 'Let a person or a group read or write an app, or no longer.',
    risk: 'write',
    action: 'apps:write',
    on: ({ path }) => path,
    input: sharedInput,
    output: sharedOutput,
    run: (call, grant) => sharing.share(call, 'apps', grant),
  });
