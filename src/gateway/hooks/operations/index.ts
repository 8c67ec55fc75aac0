// The list of operations of hooks: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Hooks } from '../hooks.ts';
import type { Trial } from '../trial.ts';
import { createCompanyHook } from './company-create.ts';
import { removeCompanyHook } from './company-remove.ts';
import { getCompanyHook } from './company-get.ts';
import { importCompanyHooks } from './company-import.ts';
import { listCompanyHooks } from './company-list.ts';
import { newHookSecret } from './company-new-secret.ts';
import { setCompanyHookEnabled } from './company-set-enabled.ts';
import { tryCompanyHooks } from './company-try.ts';
import { updateCompanyHook } from './company-update.ts';
import { createOwnHook } from './own-create.ts';
import { removeOwnHook } from './own-remove.ts';
import { getOwnHook } from './own-get.ts';
import { importOwnHooks } from './own-import.ts';
import { listOwnHooks } from './own-list.ts';
import { setOwnHookEnabled } from './own-set-enabled.ts';
import { tryOwnHooks } from './own-try.ts';
import { updateOwnHook } from './own-update.ts';

export const hookOperations = (hooks: Hooks, trial: Trial): AnyOperation[] => [
  listCompanyHooks(hooks),
  getCompanyHook(hooks),
  createCompanyHook(hooks),
  updateCompanyHook(hooks),
  removeCompanyHook(hooks),
  setCompanyHookEnabled(hooks),
  importCompanyHooks(hooks),
  newHookSecret(hooks),
  tryCompanyHooks(trial),
  listOwnHooks(hooks),
  getOwnHook(hooks),
  createOwnHook(hooks),
  updateOwnHook(hooks),
  removeOwnHook(hooks),
  setOwnHookEnabled(hooks),
  importOwnHooks(hooks),
  tryOwnHooks(trial),
];
