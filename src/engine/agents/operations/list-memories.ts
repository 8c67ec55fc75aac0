// agents.listMemories
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Memories } from '../memories.ts';
import { memorySummary } from '../memory.ts';

export const listMemories = (memories: Memories) =>
  operation({
    name: 'agents.listMemories',
    summary: 'List what agents remember of your conversations; admins see everybody’s.',
    risk: 'read',
    action: 'agents:read',
    input: z.strictObject({ ...pageFields }),
    output: z.array(memorySummary),
    run: (call, page) => memories.list(call, page),
  });
