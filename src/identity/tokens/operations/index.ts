// The list of token operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Tokens } from '../tokens.ts';
import { allowUrlTokens } from './allow-url-tokens.ts';
import { createToken } from './create.ts';
import { deleteToken } from './delete.ts';
import { impersonateToken } from './impersonate.ts';
import { listTokens } from './list.ts';
import { previewToken } from './preview.ts';
import { rotateToken } from './rotate.ts';
import { listScopes } from './scopes.ts';
import { updateTokenLabel } from './update-label.ts';
import { updateTokenScopes } from './update-scopes.ts';
import { readUrlTokens } from './url-tokens.ts';

export const tokenOperations = (tokens: Tokens): AnyOperation[] => [
  createToken(tokens),
  listTokens(tokens),
  previewToken(tokens),
  rotateToken(tokens),
  impersonateToken(tokens),
  listScopes(),
  readUrlTokens(tokens),
  allowUrlTokens(tokens),
  deleteToken(tokens),
  updateTokenScopes(tokens),
  updateTokenLabel(tokens),
];
