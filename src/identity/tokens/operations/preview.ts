// tokens.preview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { scopes } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const previewToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.preview',
    summary: 'Say which tools a token would list in this workspace, before it is made.',
    risk: 'read',
    action: 'tokens:read',
    input: z.strictObject({
      scopes,
      readOnly: z.boolean().default(false).describe('reads only, and runs nothing'),
    }),
    output: z.object({
      tools: z.array(
        z.object({
          name: z.string(),
          title: z.string(),
          kind: z.enum(['endpoint', 'script', 'flow']),
          path: z.string().nullable().describe('of the script or flow'),
          readOnly: z.boolean().describe('calling it changes nothing'),
        }),
      ),
      counts: z.object({ endpoints: z.number(), scripts: z.number(), flows: z.number() }),
    }),
    run: (call, input) => tokens.preview(call, input),
  });
