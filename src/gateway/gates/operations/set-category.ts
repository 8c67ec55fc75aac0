// gates.setCategory
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { categoryGate } from '../gate.ts';
import type { Gates } from '../gates.ts';

export const setCategory = (gates: Gates) =>
  operation({
    name: 'gates.setCategory',
    summary: 'Say whether actions of a kind of risk are enabled one by one.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject(categoryGate.shape),
    output: categoryGate,
    run: (call, said) => gates.setCategory(call, said),
  });
