// flows.validate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Flows } from '../flows.ts';

export const validateFlow = (flows: Flows) =>
  operation({
    name: 'flows.validate',
    summary: 'Say what is wrong with a flow before it is written; nothing is built, run or stored.',
    risk: 'read',
    action: 'flows:read',
    tool: 'validateFlow',
    input: z.strictObject({
      value: z.record(z.string(), z.unknown()).describe('OpenFlow, as flows.create takes it'),
    }),
    output: z.object({
      valid: z.boolean(),
      problems: z.array(z.string()).describe('each with the module that it is about'),
      warnings: z.array(z.string()).describe('what will fail when it runs'),
    }),
    run: (call, { value }) => flows.validate(call, value),
  });
