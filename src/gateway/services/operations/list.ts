// services.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionClasses } from '../../action.ts';
import type { Services } from '../services.ts';

export const listServices = (services: Services) =>
  operation({
    name: 'services.list',
    summary: 'List the services that can be set up, and which of them are.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        auth: z
          .string()
          .describe('what people prove themselves with: none, key, basic, connection, oauth'),
        enabled: z.boolean(),
        baseUrl: z.string().nullable(),
        readers: z.array(z.string()).nullable().describe('told to admins; null: everybody reads'),
        writers: z
          .array(z.string())
          .nullable()
          .describe('told to admins; null: admins and developers make changes'),
        actions: z.array(z.object({ name: z.string(), class: z.enum(actionClasses) })),
      }),
    ),
    run: (call) => services.list(call),
  });
