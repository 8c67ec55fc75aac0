// What the pages need from the server: sessions, forms, the same-origin check.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { anonymous, type Caller } from '../../operation/index.ts';
import { type Consents, pageRoutes } from '../pages/index.ts';
import { bodyOf, readBodies } from './bodies.ts';
import { sessionCookie } from './cookies.ts';
import type { Running } from './running.ts';
import { isSameOrigin } from './same-origin.ts';

function formOf(request: FastifyRequest): Record<string, string> {
  const body = bodyOf(request);
  return body?.kind === 'form' ? (body.value as Record<string, string>) : {};
}

export function mountPages(
  app: FastifyInstance,
  { deps, gate, origin }: Running,
  consents: Consents,
): void {
  const { identity, config } = deps;

  async function callerOf(token: string | undefined): Promise<Caller> {
    if (token === undefined) return anonymous;
    return (await identity.callerOfToken(token, null)) ?? anonymous;
  }

  void app.register(async (scope) => {
    readBodies(scope, ['form']);
    await scope.register(
      pageRoutes({
        origin,
        now: () => deps.clock.now(),
        firstWorkspace: config.workspace,
        setup: identity.setup,
        formOf,
        consents,
        async visitorId(request) {
          try {
            const { kind, userId } = await gate.admit(request, 'rest', null);
            return kind === 'session' ? (userId ?? undefined) : undefined;
          } catch (error) {
            if (error instanceof AppError && error.code === 'unauthenticated') return undefined;
            throw error;
          }
        },
        invokeFresh: async (reply, { token, ...ask }) =>
          gate.invokeAs(reply, await callerOf(token), { surface: 'page', ...ask }),
        invoke: (request, reply, ask) =>
          gate.invoke(request, reply, { place: 'rest', surface: 'page', ...ask }),
        checkSameOrigin(request) {
          if (isSameOrigin(request.headers, config.baseUrl)) return;
          throw new AppError('forbidden', 'This form was sent from a page of another site.');
        },
        cookieOf: (token) => sessionCookie(token, { secure: origin().startsWith('https:') }),
      }),
    );
  });
}
