// The published description of flows, made from what flows are checked by.
import { z } from 'zod';
import { flowValue } from './value-schema.ts';

/** JSON Schema (2020-12) of a whole flow, as people keep it in files. */
export function openFlowSchema(): Record<string, unknown> {
  const flow = z
    .looseObject({
      summary: z.string().describe('one line'),
      description: z.string().optional().describe('Markdown'),
      value: flowValue,
      schema: z.looseObject({}).nullish().describe('JSON Schema of flow_input'),
    })
    .meta({ title: 'OpenFlow', description: 'A flow: modules that run one after the other.' });
  return z.toJSONSchema(flow, { io: 'input', unrepresentable: 'any' });
}
