// The list of script operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Scripts } from '../scripts.ts';
import { archiveScriptByHash } from './archive-by-hash.ts';
import { archiveScript } from './archive.ts';
import { createScript } from './create.ts';
import { deleteScriptByHash } from './delete-by-hash.ts';
import { deleteScript } from './delete.ts';
import { deploymentStatus } from './deployment-status.ts';
import { scriptExists } from './exists.ts';
import { getScriptByHash } from './get-by-hash.ts';
import { getScript } from './get.ts';
import { scriptHistory } from './history.ts';
import { listScripts } from './list.ts';
import { scriptContents } from './contents.ts';
import { describeVersion } from './describe-version.ts';
import { muteErrorHandler } from './mute-error-handler.ts';
import { differingScripts } from './differing.ts';
import { storeLocalScript } from './store-local.ts';

export const scriptOperations = (scripts: Scripts): AnyOperation[] => [
  createScript(scripts),
  getScript(scripts),
  getScriptByHash(scripts),
  listScripts(scripts),
  scriptExists(scripts),
  scriptHistory(scripts),
  archiveScript(scripts),
  archiveScriptByHash(scripts),
  deleteScript(scripts),
  deleteScriptByHash(scripts),
  deploymentStatus(scripts),
  scriptContents(scripts),
  storeLocalScript(scripts),
  differingScripts(scripts),
  describeVersion(scripts),
  muteErrorHandler(scripts),
];
