// The operations of gates, for admins alone.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Gates } from '../gates.ts';
import { listBlocked } from './blocked.ts';
import { listCategories } from './categories.ts';
import { disableGate } from './disable.ts';
import { enableGate } from './enable.ts';
import { listGates } from './list.ts';
import { setCategory } from './set-category.ts';

export const gateOperations = (gates: Gates): AnyOperation[] => [
  listGates(gates),
  enableGate(gates),
  disableGate(gates),
  listBlocked(gates),
  listCategories(gates),
  setCategory(gates),
];
