// flows.describeVersion
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { flowVersionId } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const describeFlowVersion = (flows: Flows) =>
  operation({
    name: 'flows.describeVersion',
    summary: 'Say afterwards why a version of a flow was deployed.',
    risk: 'write',
    action: 'flows:write',
    input: z.strictObject({
      version: flowVersionId,
      message: z
        .string()
        .max(10_000)
        .refine((text) => !text.includes('\0'), 'may not hold a NUL character')
        .describe('why it was deployed'),
    }),
    output: z.object({ version: z.number() }),
    run: (call, input) => flows.describeVersion(call, input),
  });
