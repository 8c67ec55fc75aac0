// What a round of a workflow ends with, as the published clients say it: tasks to start, a sleep,
// an approval to wait for, a step to keep. It comes from user code, so everything is bounded.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';

export const stepKey = z
  .string()
  .min(1)
  .max(400)
  .refine((key) => !key.includes('\0'), 'a key has no character U+0000')
  .describe('key of the step in its workflow');

const limit = z.int().min(1).max(604_800);

const task = z.object({
  name: z.string().max(400),
  script: z.string().min(1).max(400),
  args: z.record(z.string(), z.unknown()).default({}),
  key: stepKey,
  dispatch_type: z.enum(['inline', 'script', 'flow']).default('inline'),
  timeout: limit.nullish(),
  tag: z.string().min(1).max(100).nullish(),
  cache_ttl: z.number().nullish(),
  priority: z.int().min(-100).max(100).nullish(),
  concurrent_limit: z.number().nullish(),
  concurrency_key: z.string().nullish(),
  concurrency_time_window_s: z.number().nullish(),
});
export type Task = z.output<typeof task>;

/** Tasks that one round may start. */
const maxTasks = 10_000;

const dispatch = z.discriminatedUnion('mode', [
  z.object({
    mode: z.enum(['sequential', 'parallel']),
    steps: z.array(task).min(1).max(maxTasks),
  }),
  z.object({
    mode: z.literal('inline_checkpoint'),
    key: stepKey,
    result: z.unknown(),
    duration_ms: z.number().nullish(),
  }),
  z.object({
    mode: z.literal('sleep'),
    key: stepKey,
    seconds: z.number().min(0).max(4_294_967_295),
  }),
  z.object({
    mode: z.literal('approval'),
    key: stepKey,
    timeout: z.number().min(1).max(315_360_000).default(1800),
    form: z.unknown().optional(),
    self_approval_disabled: z.boolean().nullish(),
    skin: z.string().max(100).nullish(),
    description: z.unknown().optional(),
  }),
]);
export type Dispatch = z.output<typeof dispatch>;

/** Options that the published clients offer and no job has here. */
const missing = [
  'cache_ttl',
  'concurrent_limit',
  'concurrency_key',
  'concurrency_time_window_s',
] as const;

/** Throws `unprocessable` for an option of a task that does not exist here. */
export function assertOptions(wanted: Task): void {
  const asked = missing.filter((option) => wanted[option] !== undefined && wanted[option] !== null);
  if (asked.length === 0) return;
  throw new AppError('unprocessable', `Tasks have no option ${asked.join(', ')} here.`, {
    hint: 'Leave it out; timeout, tag and priority work.',
  });
}

/** Reads what the harness hands over; throws `unprocessable` for anything else. */
export function readDispatch(json: string): Dispatch {
  const read = dispatch.safeParse(JSON.parse(json));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new AppError(
    'unprocessable',
    `The workflow stopped for something that is not known: ${where} ${issue?.message}.`,
    { hint: 'Use workflow, task, step, sleep and waitForApproval as windmill-client has them.' },
  );
}
