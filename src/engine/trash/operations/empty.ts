// trash.empty
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Trash } from '../trash.ts';

export const emptyTrash = (trash: Trash) =>
  operation({
    name: 'trash.empty',
    summary: 'Delete everything in the trash of the workspace for good (admins).',
    risk: 'high_risk',
    action: 'trash:write',
    input: z.strictObject({}),
    output: z.object({ count: z.number() }),
    run: (call) => trash.empty(call),
  });
