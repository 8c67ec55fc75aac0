// The list of app operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Apps } from '../apps.ts';
import type { AppExecution } from '../execute.ts';
import type { AppVersions } from '../versions.ts';
import { appBundle } from './bundle.ts';
import { createApp } from './create.ts';
import { customPathExists } from './custom-path-exists.ts';
import { deleteApp } from './delete.ts';
import { executeComponent } from './execute.ts';
import { appExists } from './exists.ts';
import { getAppByCustomPath } from './get-by-custom-path.ts';
import { getAppBySecret } from './get-by-secret.ts';
import { getAppVersion } from './get-version.ts';
import { getApp } from './get.ts';
import { appHistory } from './history.ts';
import { listApps } from './list.ts';
import { componentResult } from './result.ts';
import { secretOfApp } from './secret-of.ts';
import { setAppMessage } from './set-message.ts';
import { appsThatRun } from './that-run.ts';
import { updateApp } from './update.ts';
import { appValues } from './values.ts';

export const appOperations = (apps: Apps & AppExecution & AppVersions): AnyOperation[] => [
  createApp(apps),
  updateApp(apps),
  getApp(apps),
  getAppVersion(apps),
  listApps(apps),
  appValues(apps),
  appExists(apps),
  customPathExists(apps),
  appHistory(apps),
  setAppMessage(apps),
  appsThatRun(apps),
  deleteApp(apps),
  secretOfApp(apps),
  getAppBySecret(apps),
  getAppByCustomPath(apps),
  appBundle(apps),
  executeComponent(apps),
  componentResult(apps),
];
