// flows.create
import { operation } from '../../../operation/index.ts';
import { newFlow, writtenFlow } from '../flow.ts';
import type { Flows } from '../flows.ts';

export const createFlow = (flows: Flows) =>
  operation({
    name: 'flows.create',
    summary: 'Write a new flow.',
    risk: 'write',
    action: 'flows:write',
    tool: 'createFlow',
    on: ({ path }) => path,
    input: newFlow,
    output: writtenFlow,
    run: (call, input) => flows.create(call, input),
  });
