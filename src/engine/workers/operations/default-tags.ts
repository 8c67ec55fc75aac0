// workers.defaultTags
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { builtInTags } from '../../jobs/index.ts';
import type { WorkerOperationsDeps } from './index.ts';

export const defaultTags = ({ ownTags }: Pick<WorkerOperationsDeps, 'ownTags'>) =>
  operation({
    name: 'workers.defaultTags',
    summary: 'List the tags that a worker on this machine serves unless it is told otherwise.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({}),
    output: z.array(z.string()),
    run: () => Promise.resolve([...ownTags(), ...Object.values(builtInTags)]),
  });
