// idTokens.keys
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { IdTokens } from '../id-tokens.ts';

export const idTokenKeys = (idTokens: IdTokens) =>
  operation({
    name: 'idTokens.keys',
    summary: 'The public keys that verify id tokens of jobs (a JWK set).',
    risk: 'read',
    action: 'id_token_keys:read',
    input: z.strictObject({}),
    output: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
    run: () => idTokens.keys(),
  });
