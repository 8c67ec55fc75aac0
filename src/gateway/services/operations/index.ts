// The operations of services: what an admin sets up.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Services } from '../services.ts';
import { disableService } from './disable.ts';
import { enableService } from './enable.ts';
import { listServices } from './list.ts';
import { setAccess } from './set-access.ts';
import { setReadOnly } from './set-read-only.ts';

export const serviceOperations = (services: Services): AnyOperation[] => [
  listServices(services),
  enableService(services),
  disableService(services),
  setAccess(services),
  setReadOnly(services),
];
