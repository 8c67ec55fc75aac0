// variables.setEnvironment
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { isReserved, type WorkspaceEnvironment } from '../environment.ts';

export const setEnvironmentVariable = (environment: WorkspaceEnvironment) =>
  operation({
    name: 'variables.setEnvironment',
    summary: 'Add a variable to the environment of every job of the workspace (admins).',
    risk: 'write',
    action: 'workspaces:write',
    input: z.strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'letters, digits and _, at most 100')
        .refine((name) => !isReserved(name), 'this name belongs to the server or the runtimes')
        .describe('as jobs see it; no secret, everybody may read it'),
      value: z
        .string()
        .max(10_000)
        .refine((text) => !text.includes('\0'), 'may not hold a NUL character')
        .nullable()
        .default(null)
        .describe('its text; null takes it away'),
    }),
    output: z.object({ name: z.string() }),
    run: (call, input) => environment.set(call, input),
  });
