// The stage next to the request: where the service refuses the credential, a token is renewed, and
// a read is tried once more. Whoever has to connect again is told where.
import { AppError, type Clock } from '../../base/index.ts';
import type { Credentials } from '../credentials/index.ts';
import { reasonOf, refusal } from '../reasons.ts';
import type { Stage } from './flight.ts';

/** The service said 401; what we found missing ourselves has its link already. */
const wasRefused = (error: unknown): error is AppError =>
  reasonOf(error) === 'auth_required' && (error as AppError).details?.['connect_url'] === undefined;

export function renewStage({
  credentials,
  clock,
}: {
  credentials: Pick<Credentials, 'renewed' | 'mustConnect'>;
  clock: Clock;
}): Stage {
  return async ({ service, workspace, subject, action }, next) => {
    const { declaration } = service;
    const since = clock.now();
    const refused = (error: unknown): AppError | undefined =>
      wasRefused(error)
        ? credentials.mustConnect(declaration, workspace, error.message)
        : undefined;
    try {
      return await next();
    } catch (error) {
      const told = refused(error);
      if (!told) throw error;
      const person = { workspace, userId: subject.userId };
      if (!(await credentials.renewed(service, person, since))) throw told;
      if (action.class === 'read') {
        return await next().catch((again: unknown) => Promise.reject(refused(again) ?? again));
      }
      const { title } = declaration;
      throw refusal('upstream_failed', `${title} did not take the token; it is renewed now.`, {
        hint: 'Nothing was done. Call again.',
      });
    }
  };
}
