// credentials.set
import { operation } from '../../../operation/index.ts';
import type { Credentials } from '../credentials.ts';
import { keyInput, keyOutput } from '../key.ts';

export const setCredential = (credentials: Credentials) =>
  operation({
    name: 'credentials.set',
    summary: 'Connect yourself to a service with a key of your own.',
    risk: 'write',
    action: 'gateway:write',
    input: keyInput,
    output: keyOutput,
    run: (call, said) => credentials.setOwn(call, said),
  });
