// The token of a running job: `mrj_<job id><32 random characters>`. It names its row, so that
// looking it up needs no index of its own; only its hash is stored, and it dies with the run.
import { isUuid, newSecret, sha256 } from '../../base/index.ts';

const jobTokenPrefix = 'mrj_';

/** A secret and the hash that the row keeps. */
export function newJobSecret(): { secret: string; hash: string } {
  const secret = newSecret(32);
  return { secret, hash: sha256(secret) };
}

export function jobTokenOf(id: string, secret: string): string {
  return `${jobTokenPrefix}${id.replaceAll('-', '')}${secret}`;
}

/** The parts of a job token, or undefined when it is none. */
export function parseJobToken(token: string): { id: string; secret: string } | undefined {
  if (!token.startsWith(jobTokenPrefix)) return undefined;
  const hex = token.slice(jobTokenPrefix.length, jobTokenPrefix.length + 32);
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
  const secret = token.slice(jobTokenPrefix.length + 32);
  return isUuid(id) && secret.length === 32 ? { id, secret } : undefined;
}
