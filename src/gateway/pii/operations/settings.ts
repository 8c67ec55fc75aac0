// pii.settings
import { z } from 'zod';
import { operation, workspaceOf } from '../../../operation/index.ts';
import type { Pii } from '../pii.ts';
import { storedSettings } from '../settings.ts';

export const getPiiSettings = ({ settings }: Pii) =>
  operation({
    name: 'pii.settings',
    summary: 'Read how the workspace keeps personal values from models.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: storedSettings,
    run: (call) => settings.read(workspaceOf(call)),
  });
