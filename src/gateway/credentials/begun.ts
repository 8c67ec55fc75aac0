// What comes back where a consent begins.
import { z } from 'zod';
import { serviceName } from '../name.ts';

export const consentInput = z.strictObject({ service: serviceName });

export const begunConsent = z.object({
  service: z.string(),
  title: z.string(),
  url: z.string().describe('where the person agrees; good for ten minutes, in this session'),
});
