// The check of the database; the store itself knows how to try one without changing it.
import type { Config, Log } from '../../../base/index.ts';
import { tryDatabase } from '../../../store/index.ts';
import { type Check, well } from './check.ts';

/** What is wrong comes as the store's own error, with its hint as the fix. */
export function checkDatabase(config: Config, log: Log): Check {
  return { name: 'database', run: async () => well(await tryDatabase({ config, log })) };
}
