// services.setAccess
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import type { Services } from '../services.ts';

const principals = z
  .array(z.string().regex(/^[ug]\/[^/\s]{1,100}$/, 'is no u/<username> or g/<group>'))
  .max(100)
  .nullable();

const fields = {
  name: serviceName,
  readers: principals.describe('who may read, such as ["g/staff"]; null: everybody'),
  writers: principals.describe('who may change things there; null: admins and developers'),
};

export const setAccess = (services: Services) =>
  operation({
    name: 'services.setAccess',
    summary: 'Say which people and groups may use a service.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject(fields),
    output: z.object(fields),
    run: (call, said) => services.setAccess(call, said),
  });
