// The list of operations of workspace handlers: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Handlers } from '../handlers.ts';
import { listHandlers } from './list.ts';
import { setHandler } from './set.ts';

export const handlerOperations = (handlers: Handlers): AnyOperation[] => [
  listHandlers(handlers),
  setHandler(handlers),
];
