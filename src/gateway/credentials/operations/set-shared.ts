// credentials.setShared
import { operation } from '../../../operation/index.ts';
import type { Credentials } from '../credentials.ts';
import { keyInput, keyOutput } from '../key.ts';

export const setSharedCredential = (credentials: Credentials) =>
  operation({
    name: 'credentials.setShared',
    summary: 'Connect a service for everybody who has no key of their own.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: keyInput,
    output: keyOutput,
    run: (call, said) => credentials.setShared(call, said),
  });
