// What a workspace handler is: the shapes on the way in and out. No I/O.
import { z } from 'zod';

const noNul = (text: string): boolean => !text.includes('\0');

export const handlerKind = z.enum(['error', 'success']).describe('after which ends it runs');
export type HandlerKind = z.output<typeof handlerKind>;

export const handlerChange = z.strictObject({
  kind: handlerKind,
  path: z
    .string()
    .max(300)
    .regex(/^(?:script|flow)\/[uf]\/[^/\0]+\/[^\0]+$/, 'script/<path> or flow/<path>')
    .nullable()
    .describe('script/<path> or flow/<path>; null: none any more'),
  extraArgs: z
    .record(z.string(), z.unknown())
    .refine((value) => noNul(JSON.stringify(value)), 'may not hold a NUL character')
    .default({})
    .describe('further arguments'),
  mutedOnCancel: z.boolean().default(false).describe('not for runs that were canceled'),
  mutedOnUserPath: z.boolean().default(false).describe('not for runs of what is below u/'),
  allowMissing: z.boolean().default(false).describe('keep a path that nothing is at yet'),
});
export type HandlerChange = z.output<typeof handlerChange>;

export const handler = z.object({
  kind: handlerKind,
  path: z.string(),
  extraArgs: z.record(z.string(), z.unknown()).describe('empty unless you are an admin'),
  mutedOnCancel: z.boolean(),
  mutedOnUserPath: z.boolean(),
  error: z.string().nullable().describe('why it did not start the last time'),
});
export type Handler = z.output<typeof handler>;

/** What a run says of itself to a handler. */
export interface Told {
  path: string;
  email: string;
  isFlow: boolean;
  result: unknown;
  startedAt: number | null;
  createdAt: number;
  schedulePath: string | null;
}

const errorOf = (result: unknown): unknown =>
  typeof result === 'object' && result !== null && 'error' in result ? result.error : result;

/** Windmill's names. The extra arguments come first, the facts win. */
export function argsOf(
  { kind, extraArgs }: Handler,
  told: Told & { jobId: string; workspace: string },
): Record<string, unknown> {
  const { result, schedulePath } = told;
  return {
    ...extraArgs,
    workspace_id: told.workspace,
    job_id: told.jobId,
    path: told.path,
    is_flow: told.isFlow,
    email: told.email,
    started_at: new Date(told.startedAt ?? told.createdAt).toISOString(),
    ...(schedulePath === null ? {} : { schedule_path: schedulePath }),
    ...(kind === 'error' ? { error: errorOf(result) } : { result }),
  };
}
