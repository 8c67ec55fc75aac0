// services.read
import { operation } from '../../../operation/index.ts';
import type { Calls } from '../calls.ts';
import { callInput, callOutput, onService } from '../service-call.ts';

export const readService = (calls: Calls) =>
  operation({
    name: 'services.read',
    summary: 'Do an action of a service that changes nothing.',
    risk: 'read',
    action: 'services:read',
    on: onService,
    input: callInput,
    output: callOutput,
    run: (call, wanted) => calls.run(call, { ...wanted, allows: ['read'] }),
  });
