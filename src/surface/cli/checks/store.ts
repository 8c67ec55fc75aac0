// Check of the database: the embedded PostgreSQL is there and starts, or an own one answers.
import type { Config, Log } from '../../../base/index.ts';
import { type Check, well } from './check.ts';

export function checkDatabase(config: Config, log: Log): Check {
  void [config, log];
  return { name: 'database', run: async () => well('not checked yet') };
}
