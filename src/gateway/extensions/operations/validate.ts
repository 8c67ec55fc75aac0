// extensions.validate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { actionClasses } from '../../action.ts';
import type { Extensions } from '../extensions.ts';
import { problems, source } from '../file.ts';

export const validateExtension = (extensions: Extensions) =>
  operation({
    name: 'extensions.validate',
    summary: 'Say what a file would give, or what is wrong with it by line and column.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ source }),
    output: z.object({
      problems,
      name: z.string().nullable(),
      actions: z.array(
        z.object({ name: z.string(), class: z.enum(actionClasses), description: z.string() }),
      ),
    }),
    run: async (_, said) => extensions.validate(said),
  });
