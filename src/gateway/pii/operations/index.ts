// The list of operations of pseudonyms: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Pii } from '../pii.ts';
import { forgetPii } from './forget.ts';
import { listPiiTokens } from './list.ts';
import { setPiiSettings } from './set-settings.ts';
import { getPiiSettings } from './settings.ts';

export const piiOperations = (pii: Pii): AnyOperation[] => [
  getPiiSettings(pii),
  setPiiSettings(pii),
  listPiiTokens(pii),
  forgetPii(pii),
];
