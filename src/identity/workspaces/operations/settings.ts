// workspaces.settings
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

export const workspaceSettings = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.settings',
    summary: 'Read the name, the look and the handlers of the workspace.',
    risk: 'read',
    action: 'workspaces:read',
    input: z.strictObject({}),
    output: z.object({
      id: workspaceId,
      name: z.string(),
      owner: z.string().describe('e-mail address of who made it'),
      color: z.string().nullable().describe('as #rrggbb'),
      defaultApp: z.string().nullable().describe('path of the app that operators see first'),
      createdAt: z.number().describe('epoch milliseconds'),
      handlers: z
        .array(
          z.object({
            kind: z.enum(['error', 'success']),
            path: z.string(),
            extraArgs: z.record(z.string(), z.unknown()),
            mutedOnCancel: z.boolean(),
            mutedOnUserPath: z.boolean(),
          }),
        )
        .describe('what runs after runs of the workspace'),
      webhook: z
        .string()
        .nullable()
        .describe('address that hears of changes to items; null: none, or you are no admin'),
    }),
    run: (call) => workspaces.settings(call),
  });
