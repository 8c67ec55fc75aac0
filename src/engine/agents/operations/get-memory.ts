// agents.getMemory
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Memories } from '../memories.ts';
import { memoryRef } from '../memory.ts';

export const getMemory = (memories: Memories) =>
  operation({
    name: 'agents.getMemory',
    summary: 'Read what an agent remembers of a conversation.',
    risk: 'read',
    action: 'agents:read',
    on: ({ memoryId }) => memoryId,
    input: memoryRef,
    output: z.object({ messages: z.array(z.unknown()).describe('as OpenAI writes them') }),
    run: (call, ref) => memories.get(call, ref),
  });
