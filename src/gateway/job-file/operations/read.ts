// jobFiles.read
import { z } from 'zod';
import { serviceClasses } from '../../../engine/index.ts';
import { operation } from '../../../operation/index.ts';
import { maxFileBytes } from '../document.ts';
import { jobEvents, jobLanguages, concurrencyPolicies, runAsModes } from '../job-file.ts';
import { readJobFile } from '../read.ts';

const place = z.object({
  line: z.number().describe('from 1'),
  column: z.number().describe('from 1'),
  message: z.string(),
});

const jobShape = z.object({
  version: z.number(),
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  schedules: z.array(z.object({ cron: z.string(), timezone: z.string() })),
  on: z.array(z.enum(jobEvents)),
  services: z.record(z.string(), z.array(z.enum(serviceClasses)).readonly()).nullable(),
  gatewayInstance: z.string().nullable(),
  runAs: z.enum(runAsModes),
  language: z.enum(jobLanguages),
  script: z.string().nullable(),
  entrypoint: z.string().nullable(),
  args: z.record(z.string(), z.unknown()),
  env: z.record(z.string(), z.string()),
  timeoutS: z.number().nullable(),
  retries: z.object({ count: z.number(), backoffS: z.number() }).nullable(),
  concurrency: z
    .object({ key: z.string(), limit: z.number(), policy: z.enum(concurrencyPolicies) })
    .nullable(),
  onFailure: z.string().nullable(),
  tags: z.array(z.string()),
  requirements: z.array(z.string()),
});

export const readFile = ({ now }: { now: () => number }) =>
  operation({
    name: 'jobFiles.read',
    summary: 'Read a .windmill/job.yml: the job, or what is wrong with it, by line and column.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({
      text: z
        .string()
        .max(2 * maxFileBytes)
        .describe('the file'),
      lax: z.boolean().default(false).describe('warn of unknown fields instead of refusing them'),
    }),
    output: z.object({
      job: jobShape.nullable().describe('null when there are problems'),
      problems: z.array(place),
      warnings: z.array(place),
    }),
    run: async (_call, { text, lax }) => readJobFile(text, { lax, at: now() }),
  });
