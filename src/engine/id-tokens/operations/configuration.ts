// idTokens.configuration
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { IdTokens } from '../id-tokens.ts';

export const idTokenConfiguration = (idTokens: IdTokens) =>
  operation({
    name: 'idTokens.configuration',
    summary: 'How id tokens of jobs are verified (OpenID Connect Discovery).',
    risk: 'read',
    action: 'id_token_keys:read',
    input: z.strictObject({}),
    output: z.record(z.string(), z.unknown()),
    run: async () => idTokens.configuration(),
  });
