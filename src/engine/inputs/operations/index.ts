// The list of operations of saved inputs: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Inputs } from '../inputs.ts';
import { inputArguments } from './args.ts';
import { createInput } from './create.ts';
import { deleteInput } from './delete.ts';
import { listInputs } from './list.ts';
import { updateInput } from './update.ts';

export const inputOperations = (inputs: Inputs): AnyOperation[] => [
  inputArguments(inputs),
  createInput(inputs),
  deleteInput(inputs),
  listInputs(inputs),
  updateInput(inputs),
];
