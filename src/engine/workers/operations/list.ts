// workers.list
import { z } from 'zod';
import type { Clock } from '../../../base/index.ts';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Database } from '../../../store/index.ts';
import { selectWorkers } from '../workers.sql.ts';

const worker = z.object({
  worker: z.string(),
  workerInstance: z.string(),
  workerGroup: z.string(),
  startedAt: z.number(),
  lastPingSecs: z.number().describe('seconds since the last ping'),
  ip: z.string(),
  jobsExecuted: z.number(),
  customTags: z.array(z.string()),
  wmVersion: z.string(),
  lastJobId: z.string().nullable(),
  lastJobWorkspaceId: z.string().nullable(),
  vcpus: z.number().nullable(),
  memory: z.number().nullable().describe('bytes of the machine'),
  memoryUsage: z.number().nullable().describe('bytes that all of the machine uses'),
  wmMemoryUsage: z.number().nullable().describe('bytes of the worker process'),
  slots: z.number().describe('jobs at a time'),
  running: z.number(),
  occupancyRate: z.number().describe('share of its slots that was busy, from 0 to 1'),
  occupancyRate15s: z.number(),
  occupancyRate5m: z.number(),
  occupancyRate30m: z.number(),
  jobIsolation: z.string(),
});

type WorkerRow = Omit<z.output<typeof worker>, 'lastPingSecs'> & { pingAt: number };

export const listWorkers = ({ db, clock }: { db: Database; clock: Clock }) =>
  operation({
    name: 'workers.list',
    summary: 'List the worker processes that were heard of lately.',
    risk: 'read',
    action: 'workers:read',
    tool: 'listWorkers',
    input: z.strictObject({
      ...pageFields,
      pingSince: z.int().min(1).max(86_400).default(300).describe('seconds'),
    }),
    output: z.array(worker),
    run: async (_call, { page, perPage, pingSince }) => {
      const now = clock.now();
      const rows = await db.rows<WorkerRow>(selectWorkers, [
        now - pingSince * 1000,
        perPage,
        (page - 1) * perPage,
      ]);
      return rows.map(({ pingAt, ...row }) => ({
        ...row,
        lastPingSecs: Math.max(0, Math.round((now - pingAt) / 1000)),
      }));
    },
  });
