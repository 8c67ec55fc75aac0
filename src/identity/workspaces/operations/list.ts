// workspaces.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

export const listWorkspaces = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.list',
    summary: 'List your workspaces; admins of the instance see all.',
    risk: 'read',
    action: 'workspaces:list',
    input: z.strictObject({
      page: z.int().min(1).max(10_000).default(1).describe('page, from 1'),
      perPage: z.int().min(1).max(10_000).default(10_000).describe('rows'),
    }),
    output: z.array(
      z.object({
        id: workspaceId,
        name: z.string(),
        owner: email,
        color: z.string().nullable(),
        deleted: z.boolean(),
      }),
    ),
    async run(call, { page, perPage }) {
      const all = await workspaces.list(call);
      return all.slice((page - 1) * perPage, page * perPage);
    },
  });
