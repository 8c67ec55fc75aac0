// What sharing an item with somebody means, the same for items, folders and groups.
import { z } from 'zod';
import { principal } from './names.ts';

export const shareFields = {
  principal,
  access: z.enum(['read', 'write', 'none']).describe('what they may do; none takes it back'),
};

export type Access = z.output<typeof shareFields.access>;

/** As `extra_perms` holds it: true to write, false to read, null for nothing. */
export function grantOf(access: Access): boolean | null {
  return access === 'none' ? null : access === 'write';
}
