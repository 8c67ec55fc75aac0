// credentials.listApps
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { OAuthApps } from '../oauth-apps.ts';

export const listOAuthApps = (apps: OAuthApps) =>
  operation({
    name: 'credentials.listApps',
    summary: 'List the OAuth apps of the workspace, without their secrets.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        service: z.string(),
        clientId: z.string(),
        issuer: z.string().nullable(),
        scopes: z.array(z.string()).nullable().describe('null: those that the service declares'),
        callback: z.string(),
        updatedBy: z.string(),
        updatedAt: z.number(),
      }),
    ),
    run: (call) => apps.list(call),
  });
