// What an approval is: the shapes on the way in and out. No I/O.
import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

export const resumeId = z
  .int()
  .min(0)
  .max(2 ** 33 - 1)
  .describe('tells the links of one job apart; each is good once');

export const approverName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !name.includes('\0'))
  .optional()
  .describe('whom the link is made for; shown as who answered');

export const approved = z.boolean().default(true).describe('false: the step is denied');

export const payload = z.unknown().optional().describe('what the next step reads as `resume`');

/** The parts of a link. */
export const linkFields = {
  job: z.uuid().describe('the step’s job, or the flow'),
  resumeId,
  signature: z.string().max(200).describe('the last part of the link’s path'),
  approver: approverName,
};

export const approval = z.object({
  flowId: z.uuid(),
  flowPath: z.string().nullable(),
  startedBy: z.string(),
  stepId: z.string(),
  stepSummary: z.string().nullable(),
  requiredEvents: z.number(),
  until: z.number().nullable().describe('epoch milliseconds; null while the step still runs'),
  formSchema: object.nullable().describe('JSON Schema of the payload'),
  description: z.unknown().describe('what the step’s result says in `description`'),
  defaultArgs: object.describe('what the step’s result says in `default_args`'),
  enums: object.describe('what the step’s result says in `enums`'),
  hideCancel: z.boolean(),
  userAuthRequired: z.boolean(),
  selfApprovalDisabled: z.boolean(),
  groups: z.array(z.string()),
  approvers: z.array(z.object({ resumeId: z.number(), approver: z.string() })),
  canApprove: z.boolean(),
  reason: z.string().nullable().describe('why the caller may not answer'),
});
export type Approval = z.output<typeof approval>;

/** The flow around an approval, for who has the link. */
export const suspendedFlow = z.object({
  job: object.describe('as jobs.get answers it'),
  approvers: approval.shape.approvers,
});
export type SuspendedFlow = z.output<typeof suspendedFlow>;

export const answered = z.object({ flowId: z.uuid(), approved: z.boolean() });
export type Answered = z.output<typeof answered>;
