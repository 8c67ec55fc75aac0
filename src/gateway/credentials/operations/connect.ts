// credentials.connect
import { operation } from '../../../operation/index.ts';
import { begunConsent, consentInput } from '../begun.ts';
import type { Consents } from '../consents.ts';

export const connectService = (consents: Consents) =>
  operation({
    name: 'credentials.connect',
    summary: 'Begin a consent at a service, in a browser that is logged in.',
    risk: 'write',
    action: 'gateway:write',
    input: consentInput,
    output: begunConsent,
    run: (call, said) => consents.begin(call, { ...said, forAll: false }),
  });
