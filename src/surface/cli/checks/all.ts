// Every check of doctor, for one configuration.
import { type Config, createLog } from '../../../base/index.ts';
import { createClient } from '../client.ts';
import type { Check } from './check.ts';
import { engineChecks } from './engine.ts';
import { checkBaseUrl, checkDataFolder, checkNode, checkPort } from './machine.ts';
import { checkDatabase } from './store.ts';

/** The checks in the order in which they help: what the others need comes first. */
export function allChecks(config: Config): { checks: readonly Check[]; close(): Promise<void> } {
  // The parts log what they find; doctor says it itself.
  const log = createLog('error', () => {});
  const engine = engineChecks(config, log);
  const { workspace } = config;
  return {
    checks: [
      checkNode(process.versions.node),
      checkDataFolder(config.dataFolder),
      checkDatabase(config, log),
      ...engine.checks,
      checkPort(config, (url) => createClient({ config: { url, token: undefined, workspace } })),
      checkBaseUrl(config),
    ],
    close: () => engine.close(),
  };
}
