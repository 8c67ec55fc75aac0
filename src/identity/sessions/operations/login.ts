// session.login
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { givenPassword } from '../../names.ts';
import type { Sessions } from '../sessions.ts';

export const login = (sessions: Sessions) =>
  operation({
    name: 'session.login',
    summary: 'Log in with e-mail address and password; answers a session for 30 days.',
    risk: 'write',
    action: 'login:write',
    // Refused logins stand in the audit log under the address that was tried.
    on: ({ email }) => email,
    input: z.strictObject({
      email: z
        .string()
        .max(254)
        .regex(/^[^\p{Cc}]*$/u)
        .describe('e-mail address'),
      password: givenPassword,
    }),
    output: z.object({ token: z.string().describe('the session') }),
    run: (_call, input) => sessions.login(input),
  });
