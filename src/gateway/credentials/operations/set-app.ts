// credentials.setApp
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { OAuthApps } from '../oauth-apps.ts';

const address = z.url({ protocol: /^https?$/ }).max(2000);

export const setOAuthApp = (apps: OAuthApps) =>
  operation({
    name: 'credentials.setApp',
    summary: 'Store the OAuth app that you registered at a service, so that people connect by it.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      service: serviceName,
      clientId: z.string().min(1).max(1000).describe('as the service gave it'),
      clientSecret: z.string().max(4000).default('').describe('empty for public clients'),
      issuer: address.optional().describe('describes its endpoints; absent: as the service says'),
      endpoints: z
        .strictObject({
          authorize: address.describe('where people agree'),
          token: address.describe('where codes become tokens'),
          revoke: address.optional().describe('where tokens are taken back (RFC 7009)'),
          clientAuth: z
            .enum(['post', 'basic'])
            .optional()
            .describe('how the app proves itself: in the form (default) or HTTP Basic'),
          body: z.enum(['form', 'json']).optional().describe('what the endpoints take'),
        })
        .optional()
        .describe('instead of issuer'),
      scopes: z
        .array(z.string().min(1).max(500))
        .max(100)
        .optional()
        .describe('absent: those that the service declares'),
    }),
    output: z.object({
      service: z.string(),
      clientId: z.string(),
      callback: z.string().describe('the address to register at the service'),
    }),
    run: (call, said) => apps.set(call, said),
  });
