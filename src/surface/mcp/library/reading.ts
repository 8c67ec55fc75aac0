// How the library asks the door: an operation, and whether the caller may use it. Operations carry
// the name of the tool that does the same, so a token reaches by resources what it does by tools.
import { authorise, type Caller, type Door, type Target } from '../../../operation/index.ts';
import { mayOnSome, readable } from '../faces/index.ts';
import type { Asked } from './library.ts';

export interface Reading {
  /** Throws like the door. */
  invoke(asked: Asked, operation: string, input: unknown): Promise<unknown>;
  /**
   * Would the door let this caller pass, with an item that it can read? The path `*` stands for
   * any item of the kind.
   */
  may(caller: Caller, operation: string, target?: Target): boolean;
}

export function createReading(door: Door): Reading {
  return {
    invoke: (asked, operation, input) => door.invoke(asked.call, operation, input),
    may(caller, operation, target) {
      const declared = door.catalog.get(operation);
      if (!declared) return false;
      if (target?.path === '*') return mayOnSome(caller, declared, [target]);
      return authorise(caller, declared, target && readable(caller, target)).allowed;
    },
  };
}
