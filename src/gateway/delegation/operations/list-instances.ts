// gatewayInstances.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Registry } from '../registry.ts';
import { instanceShape } from '../shapes.ts';

export const listInstances = (registry: Pick<Registry, 'list'>) =>
  operation({
    name: 'gatewayInstances.list',
    summary: 'List the Windmill servers whose flows may act for people; this server is local.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({}),
    output: z.array(instanceShape),
    run: (call) => registry.list(call),
  });
