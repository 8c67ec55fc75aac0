// The list of agents' operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Memories } from '../memories.ts';
import { eraseMemory } from './erase-memory.ts';
import { getMemory } from './get-memory.ts';
import { listMemories } from './list-memories.ts';

export const agentOperations = (memories: Memories): AnyOperation[] => [
  listMemories(memories),
  getMemory(memories),
  eraseMemory(memories),
];
