// The roles of members, as operations take them.
import { z } from 'zod';

export const role = z
  .enum(['admin', 'developer', 'operator'])
  .describe('admin: everything here; developer: creates and edits; operator: runs and views');
