// The operation that reads anew what services come from.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Reload } from '../reload.ts';
import { reloadServices } from './reload.ts';

export const reloadOperations = (reload: Reload): AnyOperation[] => [reloadServices(reload)];
