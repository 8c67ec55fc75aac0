// What a memory of an agent is: the shapes on the way in and out. No I/O.
import { z } from 'zod';

export const memoryRef = z.strictObject({
  owner: z.string().max(255).describe('whom the runs were permissioned as, such as u/ann'),
  flowPath: z.string().max(255).describe('path of the flow; empty for previews'),
  stepId: z.string().max(255).describe('id of the agent in the flow'),
  memoryId: z.string().min(1).max(255).describe('what the flow names the conversation'),
});
export type MemoryRef = z.output<typeof memoryRef>;

export const memorySummary = memoryRef.extend({
  runs: z.number().describe('how many runs are kept'),
  keptAt: z.number().describe('when the last one was'),
});
export type MemorySummary = z.output<typeof memorySummary>;

export interface MemoryPage {
  page: number;
  perPage: number;
}
