// tokens.impersonate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email } from '../../names.ts';
import { newTokenFields, tokenMade } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const impersonateToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.impersonate',
    summary: 'Make a token of somebody else, who sees it in the list of theirs.',
    risk: 'high_risk',
    action: 'users:write',
    on: ({ impersonate }) => impersonate,
    input: z.strictObject({
      ...newTokenFields,
      impersonate: email.describe('e-mail address of the person'),
    }),
    output: tokenMade,
    run: (call, { impersonate, ...wanted }) => tokens.impersonate(call, impersonate, wanted),
  });
