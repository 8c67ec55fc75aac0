// The operations of credentials: everybody their own, admins the shared ones. A secret goes in and
// never comes out.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Credentials } from '../credentials.ts';
import { listCredentials } from './list.ts';
import { removeSharedCredential } from './remove-shared.ts';
import { removeCredential } from './remove.ts';
import { setSharedCredential } from './set-shared.ts';
import { setCredential } from './set.ts';

export const credentialOperations = (credentials: Credentials): AnyOperation[] => [
  listCredentials(credentials),
  setCredential(credentials),
  setSharedCredential(credentials),
  removeCredential(credentials),
  removeSharedCredential(credentials),
];
