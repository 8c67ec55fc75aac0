// What a call of a service is, in and out; both operations share it.
import { z } from 'zod';
import { serviceName } from '../name.ts';

export const callInput = z.strictObject({
  service: serviceName,
  action: z.string().min(1).max(200).describe('name of the action, such as search_issues'),
  params: z.record(z.string(), z.unknown()).default({}).describe('what the action takes'),
  dryRun: z.boolean().default(false).describe('check everything, and send nothing'),
  confirmed: z.boolean().default(false).describe('in flows: the owner agreed to a risky action'),
});

export const callOutput = z.object({
  value: z.unknown().describe('what the service answered, as far as it is needed'),
  notes: z.array(z.string()).describe('what to know of it'),
  media: z
    .array(z.object({ type: z.enum(['image', 'audio']), data: z.string(), mimeType: z.string() }))
    .optional()
    .describe('images and sounds, base64'),
});

/** The service decides what may be called; which of its actions, the gateway. */
export const onService = ({ service }: z.infer<typeof callInput>) => ({
  kind: 'services',
  path: service,
});
