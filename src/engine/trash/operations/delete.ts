// trash.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { trashId } from '../item.ts';
import type { Trash } from '../trash.ts';

export const deleteTrashed = (trash: Trash) =>
  operation({
    name: 'trash.delete',
    summary: 'Delete one item of the trash for good (admins).',
    risk: 'high_risk',
    action: 'trash:write',
    input: z.strictObject({ id: trashId }),
    output: z.object({ id: trashId }),
    run: (call, { id }) => trash.delete(call, id),
  });
