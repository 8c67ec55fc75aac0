// idTokens.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { IdTokens } from '../id-tokens.ts';
import { maxLifeS } from '../signing-keys.ts';

export const createIdToken = (idTokens: IdTokens) =>
  operation({
    name: 'idTokens.create',
    summary: 'Sign an id token that says which job calls and for whom, for one audience.',
    risk: 'write',
    action: 'id_tokens:write',
    input: z.strictObject({
      audience: z.string().min(1).max(500).describe('who is to believe it'),
      lifeS: z.int().min(60).max(maxLifeS).default(3600).describe('seconds that it is good for'),
    }),
    output: z.object({ token: z.string() }),
    run: (call, said) => idTokens.create(call, said),
  });
