// extensions.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Extensions } from '../extensions.ts';
import { problems } from '../file.ts';

export const listExtensions = (extensions: Extensions) =>
  operation({
    name: 'extensions.list',
    summary: 'List the services that admins of the workspace described in files.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        address: z.string().nullable(),
        actions: z.number().describe('how many it has'),
        problems,
        updatedBy: z.string(),
        updatedAt: z.number(),
      }),
    ),
    run: (call) => extensions.list(call),
  });
