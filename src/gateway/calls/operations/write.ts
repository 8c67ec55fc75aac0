// services.write
import { operation } from '../../../operation/index.ts';
import type { Calls } from '../calls.ts';
import { callInput, callOutput, onService } from '../service-call.ts';

export const writeService = (calls: Calls) =>
  operation({
    name: 'services.write',
    summary: 'Do an action of a service that changes something there.',
    risk: 'write',
    action: 'services:write',
    on: onService,
    input: callInput,
    output: callOutput,
    run: (call, wanted) => calls.run(call, { ...wanted, allows: ['write', 'high_risk'] }),
  });
