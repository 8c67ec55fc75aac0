// The operations of finding and activating actions.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Discovery } from '../discovery.ts';
import { activateAction } from './activate.ts';
import { deactivateAction } from './deactivate.ts';
import { searchActions } from './search.ts';

export const activationOperations = (discovery: Discovery): AnyOperation[] => [
  searchActions(discovery),
  activateAction(discovery),
  deactivateAction(discovery),
];
