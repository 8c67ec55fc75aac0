// trash.restore
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { trashId } from '../item.ts';
import type { Trash } from '../trash.ts';

export const restoreTrashed = (trash: Trash) =>
  operation({
    name: 'trash.restore',
    summary: 'Put a deleted item back to its path, with what it granted.',
    risk: 'write',
    action: 'trash:write',
    input: z.strictObject({ id: trashId }),
    output: z.object({ path: z.string() }),
    run: (call, { id }) => trash.restore(call, id),
  });
