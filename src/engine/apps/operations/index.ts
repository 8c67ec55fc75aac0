// The list of app operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Apps } from '../apps.ts';
import { createApp } from './create.ts';
import { customPathExists } from './custom-path-exists.ts';
import { deleteApp } from './delete.ts';
import { appExists } from './exists.ts';
import { getAppVersion } from './get-version.ts';
import { getApp } from './get.ts';
import { appHistory } from './history.ts';
import { listApps } from './list.ts';
import { updateApp } from './update.ts';
import { appValues } from './values.ts';

export const appOperations = (apps: Apps): AnyOperation[] => [
  createApp(apps),
  updateApp(apps),
  getApp(apps),
  getAppVersion(apps),
  listApps(apps),
  appValues(apps),
  appExists(apps),
  customPathExists(apps),
  appHistory(apps),
  deleteApp(apps),
];
