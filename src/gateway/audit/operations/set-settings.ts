// serviceAudit.setSettings
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { settingFields } from '../fields.ts';
import type { Settings } from '../settings.ts';

export const setServiceAuditSettings = (settings: Settings) =>
  operation({
    name: 'serviceAudit.setSettings',
    summary: 'Change how service calls are recorded in the workspace (admins).',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      retentionDays: z
        .int()
        .min(1)
        .max(3650)
        .optional()
        .describe('days that rows are kept, 90 at first; a chain goes when all of it is older'),
      alertMbPerHour: z
        .int()
        .min(0)
        .max(1_000_000)
        .optional()
        .describe('megabytes that one person may get in an hour before an alert; 0: no alert'),
      readsWithoutAudit: z
        .boolean()
        .optional()
        .describe('false: reads are refused too while rows cannot be stored'),
      alertUrl: z
        .string()
        .max(2000)
        .nullable()
        .optional()
        .describe('incoming webhook of a chat, kept sealed; null: alerts are sent nowhere'),
    }),
    output: z.object(settingFields),
    run: (call, said) => settings.set(call, said),
  });
