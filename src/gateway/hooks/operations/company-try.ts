// companyHooks.try
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Trial } from '../trial.ts';
import { exampleCall, exampleSubject, verdict } from '../shown.ts';

export const tryCompanyHooks = (trial: Trial) =>
  operation({
    name: 'companyHooks.try',
    summary: 'Try hooks on an example call of anybody; nothing is sent.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ ...exampleCall, subject: exampleSubject }),
    output: verdict,
    run: (call, { subject, ...said }) => trial(call, said, { scope: 'company', subject }),
  });
