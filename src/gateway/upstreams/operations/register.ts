// upstreams.register
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { serviceName } from '../../name.ts';
import { serviceAuth } from '../../service-auth.ts';
import type { Upstreams } from '../upstreams.ts';
import { found } from '../shapes.ts';

const path = z
  .string()
  .max(1000)
  .regex(/^\/[^\0]+$/, 'is no absolute path');

const program = z.strictObject({
  command: z
    .string()
    .max(1000)
    .regex(/^(?:[\w.+-]+|\/[^\0]+)$/, 'is neither a name nor an absolute path')
    .describe('what to run; node is the one of this server'),
  args: z.array(z.string().max(4000)).max(100).default([]).describe('given as they are'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(20_000))
    .default({})
    .describe('its environment: keys go here; never shown again'),
  readable: z
    .array(path)
    .max(50)
    .default([])
    .describe('files and folders that it may read besides the system’s'),
});

export const registerUpstream = (upstreams: Upstreams) =>
  operation({
    name: 'upstreams.register',
    summary: 'Make an MCP server a service, or replace it; its tools wait for approval.',
    risk: 'write',
    action: 'gateway_admin:write',
    input: z.strictObject({
      name: serviceName,
      title: z.string().min(1).max(100).optional().describe('without: the name'),
      description: z.string().max(300).optional().describe('what models read of the service'),
      address: z.string().max(2000).optional().describe('where it is, over HTTP'),
      program: program.optional().describe('or what to run here; instance admins only'),
      auth: serviceAuth.default({ kind: 'none' }),
      timeoutSeconds: z.number().int().min(1).max(600).default(30).describe('of one call'),
    }),
    output: z.object({
      ...found,
      problem: z.string().nullable().describe('why it could not be asked for its tools'),
    }),
    run: (call, said) => upstreams.register(call, said),
  });
