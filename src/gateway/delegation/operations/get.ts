// delegation.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Registry } from '../registry.ts';
import { stateShape } from '../shapes.ts';

export const getDelegation = (registry: Pick<Registry, 'get'>) =>
  operation({
    name: 'delegation.get',
    summary: 'Say whether flows may act for people in this workspace.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({}),
    output: stateShape,
    run: (call) => registry.get(call),
  });
