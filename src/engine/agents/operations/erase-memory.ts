// agents.eraseMemory
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Memories } from '../memories.ts';
import { memoryRef } from '../memory.ts';

export const eraseMemory = (memories: Memories) =>
  operation({
    name: 'agents.eraseMemory',
    summary: 'Erase what an agent remembers of a conversation.',
    risk: 'high_risk',
    action: 'agents:write',
    on: ({ memoryId }) => memoryId,
    input: memoryRef,
    output: z.object({ runs: z.number().describe('how many runs were kept') }),
    run: (call, ref) => memories.erase(call, ref),
  });
