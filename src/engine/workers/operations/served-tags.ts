// workers.servedTags
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { heardSince } from '../heard-of.ts';
import { selectServedTags } from '../workers.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

export const servedTags = ({ db, clock }: Pick<WorkerOperationsDeps, 'db' | 'clock'>) =>
  operation({
    name: 'workers.servedTags',
    summary: 'Tell for each tag whether a living worker serves it.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({
      tags: z.array(z.string().max(100)).min(1).max(200).describe('the tags to look for'),
    }),
    output: z.record(z.string(), z.boolean()),
    async run(_call, { tags }) {
      const rows = await db.rows<{ tag: string }>(selectServedTags, [heardSince(clock.now())]);
      const served = new Set(rows.map(({ tag }) => tag));
      return Object.fromEntries(tags.map((tag) => [tag, served.has(tag)]));
    },
  });
