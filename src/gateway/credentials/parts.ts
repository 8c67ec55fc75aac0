// Puts the parts of credentials together: keys, OAuth apps, consents and the renewal of tokens.
import type { Clock, Log } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import type { Services } from '../services/index.ts';
import { createConsents } from './consents.ts';
import { createCredentials } from './credentials.ts';
import { createCredentialCache } from './cache.ts';
import { createOAuthApps } from './oauth-apps.ts';
import { createOAuthWire } from './oauth-wire.ts';
import { createRenewal } from './renewal.ts';

export type CredentialParts = ReturnType<typeof createCredentialParts>;

export function createCredentialParts(deps: {
  db: Database;
  clock: Clock;
  log: Log;
  egress: Pick<Egress, 'fetch'>;
  sealer: Sealer;
  services: Services;
  /** Where people reach this server. */
  origin: () => string;
}) {
  const wire = createOAuthWire(deps);
  const apps = createOAuthApps(deps);
  const cache = createCredentialCache(deps);
  const renewal = createRenewal({ ...deps, apps, wire, cache });
  const credentials = createCredentials({ ...deps, apps, wire, renewal, cache });
  const consents = createConsents({ ...deps, apps, wire, cache });
  return { apps, credentials, consents, start: cache.start, stop: cache.stop };
}
