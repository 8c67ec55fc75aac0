// pii.setSettings
import { operation, displayNameOf, workspaceOf } from '../../../operation/index.ts';
import type { Pii } from '../pii.ts';
import { settingsChanges, storedSettings } from '../settings.ts';

export const setPiiSettings = ({ settings }: Pii) =>
  operation({
    name: 'pii.setSettings',
    summary: 'Change how the workspace keeps personal values from models; what is left out stays.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: settingsChanges,
    output: storedSettings,
    run: (call, changes) => settings.change(workspaceOf(call), displayNameOf(call.caller), changes),
  });
