// trash.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { trashed, trashKind } from '../item.ts';
import type { Trash } from '../trash.ts';

export const listTrash = (trash: Trash) =>
  operation({
    name: 'trash.list',
    summary: 'List the deleted items that you could read, newest first.',
    risk: 'read',
    action: 'trash:read',
    input: z.strictObject({ ...pageFields, kind: trashKind.optional() }),
    output: z.array(trashed),
    run: (call, filters) => trash.list(call, filters),
  });
