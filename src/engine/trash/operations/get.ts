// trash.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { trashedItem, trashId } from '../item.ts';
import type { Trash } from '../trash.ts';

export const getTrashed = (trash: Trash) =>
  operation({
    name: 'trash.get',
    summary: 'Read a deleted item as it was stored; you may write at its path.',
    risk: 'read',
    action: 'trash:read',
    input: z.strictObject({ id: trashId }),
    output: trashedItem,
    run: (call, { id }) => trash.get(call, id),
  });
