// gates.categories
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { categoryGate } from '../gate.ts';
import type { Gates } from '../gates.ts';

export const listCategories = (gates: Gates) =>
  operation({
    name: 'gates.categories',
    summary: 'List the kinds of risk, and how each is treated.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(categoryGate),
    run: (call) => gates.categories(call),
  });
