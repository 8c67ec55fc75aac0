// What a saved input is: the shapes on the way in and out. No I/O.
import { z } from 'zod';
import { itemPath, scriptHash } from '../scripts/index.ts';

const noNul = (text: string): boolean => !text.includes('\0');

export const inputId = z.uuid().describe('id of a saved input');

/** The script or flow that it is for. */
export const runnableFields = {
  kind: z.enum(['script', 'flow']).describe('script or flow'),
  path: itemPath.optional().describe('path of the script or flow'),
  hash: scriptHash.optional().describe('a version of a script, in place of its path'),
};
export type RunnableOf = z.output<z.ZodObject<typeof runnableFields>>;

export const inputName = z.string().min(1).max(255).refine(noNul).describe('name to show');

export const inputArgs = z
  .record(z.string(), z.unknown())
  .refine((args) => noNul(JSON.stringify(args)), 'may not hold a NUL character')
  .describe('arguments by name');

export const input = z.object({
  id: inputId,
  name: z.string(),
  createdBy: z.string(),
  createdAt: z.number(),
  isPublic: z.boolean().describe('for everybody who may read the script or flow'),
});
export type Input = z.output<typeof input>;
