// The operations of credentials: everybody their own, admins the shared ones and the OAuth apps. A
// secret goes in and never comes out.
import type { AnyOperation } from '../../../operation/index.ts';
import type { CredentialParts } from '../parts.ts';
import { connectSharedService } from './connect-shared.ts';
import { connectService } from './connect.ts';
import { finishConnecting } from './finish.ts';
import { listOAuthApps } from './list-apps.ts';
import { listCredentials } from './list.ts';
import { overviewCredentials } from './overview.ts';
import { removeOAuthApp } from './remove-app.ts';
import { removeSharedCredential } from './remove-shared.ts';
import { removeCredential } from './remove.ts';
import { setOAuthApp } from './set-app.ts';
import { setSharedCredential } from './set-shared.ts';
import { setCredential } from './set.ts';

export const credentialOperations = ({
  apps,
  credentials,
  consents,
}: CredentialParts): AnyOperation[] => [
  listCredentials(credentials),
  overviewCredentials(credentials),
  setCredential(credentials),
  setSharedCredential(credentials),
  removeCredential(credentials),
  removeSharedCredential(credentials),
  connectService(consents),
  connectSharedService(consents),
  finishConnecting(consents),
  listOAuthApps(apps),
  setOAuthApp(apps),
  removeOAuthApp(apps),
];
