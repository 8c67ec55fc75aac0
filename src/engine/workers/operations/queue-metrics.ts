// workers.queueMetrics
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { selectQueueMetrics } from '../workers.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

/** Enough for a curve on a page. */
const moments = 120;

interface MetricRow {
  tag: string;
  at: number;
  count: number;
  delaySecs: number;
}

const points = z.array(z.tuple([z.number(), z.number()]));

export const queueMetrics = ({ db, clock }: Pick<WorkerOperationsDeps, 'db' | 'clock'>) =>
  operation({
    name: 'workers.queueMetrics',
    summary: 'Tell for each tag how many jobs were due for more than 3 seconds, and how long.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({
      windowSecs: z.int().min(60).max(1_209_600).default(86_400).describe('how far back'),
    }),
    output: z.object({
      from: z.number().describe('epoch milliseconds'),
      to: z.number().describe('epoch milliseconds'),
      tags: z.array(
        z.object({
          tag: z.string(),
          count: points.describe('[epoch milliseconds, waiting jobs]'),
          delay: points.describe('[epoch milliseconds, seconds that the first one waited]'),
        }),
      ),
    }),
    async run(_call, { windowSecs }) {
      const to = clock.now();
      const from = to - windowSecs * 1000;
      const stepMs = Math.floor((windowSecs * 1000) / moments);
      const rows = await db.rows<MetricRow>(selectQueueMetrics, [from, to, stepMs]);
      const tags = [...Map.groupBy(rows, ({ tag }) => tag)].map(([tag, seen]) => ({
        tag,
        count: seen.map(({ at, count }): [number, number] => [at, count]),
        delay: seen.map(({ at, delaySecs }): [number, number] => [at, delaySecs]),
      }));
      return { from, to, tags };
    },
  });
