// workers.customTags
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { builtInTags } from '../../jobs/index.ts';
import { languages } from '../../scripts/index.ts';
import { heardSince } from '../heard-of.ts';
import { selectServedTags } from '../workers.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

const builtIn = new Set<string>([...languages, ...Object.values(builtInTags)]);

export const customTags = ({ db, clock, groups }: Omit<WorkerOperationsDeps, 'ownTags'>) =>
  operation({
    name: 'workers.customTags',
    summary: 'List the tags that worker groups or workers name, besides the languages.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({}),
    output: z.array(z.string()),
    async run() {
      const served = await db.rows<{ tag: string }>(selectServedTags, [heardSince(clock.now())]);
      const named = (await groups.list()).flatMap(({ config }) => config.worker_tags ?? []);
      const all = new Set([...served.map(({ tag }) => tag), ...named]);
      return [...all].filter((tag) => !builtIn.has(tag)).toSorted();
    },
  });
