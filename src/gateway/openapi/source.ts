// What an admin gives of an OpenAPI service, checked.
import { z } from 'zod';

export const source = {
  document: z.string().max(20_000_000).optional().describe('the document, JSON or YAML'),
  address: z.string().max(2000).optional().describe('or where it is'),
};
