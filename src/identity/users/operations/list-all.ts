// users.listAll
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { email } from '../../names.ts';
import type { Users } from '../users.ts';

export const listAllUsers = (users: Users) =>
  operation({
    name: 'users.listAll',
    summary: 'List everybody of this instance.',
    risk: 'read',
    action: 'users:write',
    input: z.strictObject(pageFields),
    output: z.array(
      z.object({
        email,
        name: z.string().nullable(),
        company: z.null(),
        verified: z.boolean(),
        superAdmin: z.boolean(),
        devops: z.boolean(),
        disabled: z.boolean(),
      }),
    ),
    run: (call, page) => users.listAll(call, page),
  });
