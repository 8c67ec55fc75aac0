// idTokens.rotateKey
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { IdTokens } from '../id-tokens.ts';

export const rotateIdTokenKey = (idTokens: IdTokens) =>
  operation({
    name: 'idTokens.rotateKey',
    summary: 'Sign id tokens with a new key; those that are out stay good until they end.',
    risk: 'high_risk',
    action: 'instance:write',
    input: z.strictObject({}),
    output: z.object({ kid: z.string() }),
    run: () => idTokens.rotateKey(),
  });
