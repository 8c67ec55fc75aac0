// What operations say about a starred item.
import { z } from 'zod';

export const favoriteItem = z.strictObject({
  kind: z.enum(['script', 'flow', 'app']).describe('script, flow or app'),
  path: z.string().min(1).max(255).describe('path of the item'),
});
