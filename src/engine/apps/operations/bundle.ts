// apps.bundle
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { secret } from '../app.ts';
import type { Apps } from '../apps.ts';

export const appBundle = (apps: Apps) =>
  operation({
    name: 'apps.bundle',
    summary:
      'The built JavaScript or style sheet of a full-code app, by the secret of its version.',
    risk: 'read',
    action: 'apps:run',
    input: z.strictObject({ secret, kind: z.enum(['js', 'css']).describe('which file') }),
    output: z.object({ kind: z.enum(['js', 'css']), content: z.string() }),
    run: (call, { secret: given, kind }) => apps.bundle(call, given, kind),
  });
