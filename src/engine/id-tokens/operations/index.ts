// The list of operations on id tokens: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { IdTokens } from '../id-tokens.ts';
import { idTokenConfiguration } from './configuration.ts';
import { createIdToken } from './create.ts';
import { idTokenKeys } from './keys.ts';
import { rotateIdTokenKey } from './rotate-key.ts';

export const idTokenOperations = (idTokens: IdTokens): AnyOperation[] => [
  createIdToken(idTokens),
  idTokenConfiguration(idTokens),
  idTokenKeys(idTokens),
  rotateIdTokenKey(idTokens),
];
