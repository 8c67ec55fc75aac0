// serviceAudit.settings
import { z } from 'zod';
import { operation, workspaceOf } from '../../../operation/index.ts';
import { settingFields } from '../fields.ts';
import type { Settings } from '../settings.ts';

export const serviceAuditSettings = (settings: Settings) =>
  operation({
    name: 'serviceAudit.settings',
    summary: 'Read how service calls are recorded in the workspace (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.object(settingFields),
    run: (call) => settings.of(workspaceOf(call)),
  });
