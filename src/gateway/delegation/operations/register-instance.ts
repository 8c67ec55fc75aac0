// gatewayInstances.register
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Registry } from '../registry.ts';
import { instanceId, instanceShape } from '../shapes.ts';

export const registerInstance = (registry: Pick<Registry, 'register'>) =>
  operation({
    name: 'gatewayInstances.register',
    summary: 'Register a workspace of a Windmill server, whose flows may then act for people.',
    risk: 'write',
    action: 'gateway_admin:write',
    on: ({ name }) => name,
    input: z.strictObject({
      id: instanceId.optional(),
      name: z.string().trim().min(1).max(100).describe('what people read'),
      address: z.string().min(1).max(500).describe('such as https://windmill.example.com'),
      remoteWorkspace: z
        .string()
        .regex(/^[\w.-]{1,100}$/, 'a workspace id')
        .describe('the workspace there'),
    }),
    output: instanceShape,
    run: (call, input) => registry.register(call, input),
  });
