// workspaces.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { oneLine, workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as #1a2b3c');

export const updateWorkspace = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.update',
    summary: 'Change the name and the look of the workspace (admins).',
    risk: 'write',
    action: 'workspaces:write',
    input: z.strictObject({
      name: oneLine(200).min(1).optional().describe('name to show'),
      color: color.nullish().describe('as #rrggbb; null for none'),
      defaultApp: oneLine(255).min(1).nullish().describe('path of an app; null for none'),
    }),
    output: z.object({ id: workspaceId }),
    run: (call, change) => workspaces.update(call, change),
  });
