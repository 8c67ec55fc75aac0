// serviceAudit.anchor
import { z } from 'zod';
import { AppError } from '../../../base/index.ts';
import { operation, workspaceOf } from '../../../operation/index.ts';
import type { Anchors } from '../anchors.ts';

export const anchorServiceAudit = (anchors: Anchors) =>
  operation({
    name: 'serviceAudit.anchor',
    summary: 'Sign where the rows of service calls stand now, as happens every day (admins).',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({}),
    output: z.object({ number: z.number(), at: z.number(), hash: z.string() }),
    async run(call) {
      for (let tries = 0; tries < 3; tries += 1) {
        const made = await anchors.anchor(workspaceOf(call));
        if (made) return { number: made.number, at: made.at, hash: made.hash };
      }
      throw new AppError('conflict', 'Another server is signing at this moment.', {
        hint: 'serviceAudit.anchors lists what it signed.',
      });
    },
  });
