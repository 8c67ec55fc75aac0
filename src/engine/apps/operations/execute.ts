// apps.execute
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath, scriptContent } from '../../scripts/index.ts';
import { appVersionId, component } from '../app.ts';
import type { AppExecution } from '../execute.ts';
import { maxCacheTtlS } from '../runnables.ts';

const rawCode = z.strictObject({
  content: scriptContent,
  language: z.string().max(50).describe('language'),
  lock: z.string().max(4_000_000).nullish().describe('lock of the imports'),
  cacheTtlS: z
    .number()
    .min(0)
    .max(maxCacheTtlS)
    .optional()
    .describe('seconds for which the same user gets the same result again'),
});

export const executeComponent = (apps: AppExecution) =>
  operation({
    name: 'apps.execute',
    summary: 'Start what a component of an app runs, under its policy; answer the job id at once.',
    risk: 'write',
    // Anonymous apps are for everybody; the others ask for jobs:run themselves.
    action: 'apps:run',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      component,
      args: z.record(z.string(), z.unknown()).default({}).describe('inputs that are free'),
      runnable: z.string().max(300).optional().describe('script/<path> or flow/<path>'),
      rawCode: rawCode.optional().describe('the code, where the policy names only its hash'),
      version: appVersionId.optional().describe('refuse when the head is another version'),
    }),
    output: z.object({ id: z.uuid() }),
    run: (call, input) => apps.execute(call, input),
  });
