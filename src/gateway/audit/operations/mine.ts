// serviceAudit.mine
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { selectionFields, storedRow } from '../fields.ts';
import type { Reader } from '../reader.ts';

const { after, before, service, decision } = selectionFields;

export const myServiceAudit = (reader: Reader) =>
  operation({
    name: 'serviceAudit.mine',
    summary: 'List the calls of services in your own name, by you or by what acts for you.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({ after, before, service, decision, ...pageFields }),
    output: z.array(storedRow),
    run: (call, wanted) => reader.own(call, wanted),
  });
