// credentials.connectShared
import { operation } from '../../../operation/index.ts';
import { begunConsent, consentInput } from '../begun.ts';
import type { Consents } from '../consents.ts';

export const connectSharedService = (consents: Consents) =>
  operation({
    name: 'credentials.connectShared',
    summary: 'Begin a consent for everybody who has no connection of their own.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: consentInput,
    output: begunConsent,
    run: (call, said) => consents.begin(call, { ...said, forAll: true }),
  });
