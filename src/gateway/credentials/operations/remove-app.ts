// credentials.removeApp
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { OAuthApps } from '../oauth-apps.ts';

export const removeOAuthApp = (apps: OAuthApps) =>
  operation({
    name: 'credentials.removeApp',
    summary: 'Forget the OAuth app of a service; connections by it end with their token.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({ service: serviceName }),
    output: z.object({ service: z.string() }),
    run: (call, said) => apps.remove(call, said),
  });
