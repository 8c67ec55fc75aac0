// The authorization server of this process: made at the first request, when the origin is known;
// and what its consent page asks of it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { AppError } from '../../base/index.ts';
import { resourcePathOf, workspaceOfPath } from './addresses.ts';
import { forwardedRequest } from './forward.ts';
import { askedScope, createProvider, innerScope, type ProviderDeps } from './provider.ts';

export interface OAuthDeps extends Omit<ProviderDeps, 'origin'> {
  origin: () => string;
}

/** What a client asks a person for. */
export interface PendingConsent {
  /** As it registered; an address when the client describes itself there. */
  clientId: string;
  clientName: string;
  redirectUri: string;
  /** The MCP address that the tokens will be good for, as a path; null: any of this server. */
  audience: string | null;
  /** The workspace that this address is fixed to; null: the person chooses. */
  workspace: string | null;
  /** The scopes that it names, as it named them. */
  asked: readonly string[];
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

export interface OAuth {
  provider: () => Promise<Provider>;
  /** What is asked; throws `gone` when it is over, or was begun in another browser. */
  pending(request: FastifyRequest, reply: FastifyReply): Promise<PendingConsent>;
  /** Makes the consent of the person, to be stored; answers its id. */
  grant(request: FastifyRequest, reply: FastifyReply, userId: string): Promise<string>;
  /** Ends the consent; answers where the browser goes on. Null: the person says no. */
  finish(
    request: FastifyRequest,
    reply: FastifyReply,
    allowed: { userId: string; grantId: string } | null,
  ): Promise<string>;
}

const gone = (): AppError =>
  new AppError('gone', 'This request to connect is over.', {
    hint: 'Go back to your assistant and connect again.',
  });

function textOf(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

export function createOAuth(deps: OAuthDeps): OAuth {
  const { origin } = deps;
  let made: Promise<Provider> | undefined;

  function provider(): Promise<Provider> {
    made ??= createProvider({ ...deps, origin: origin() });
    return made;
  }

  const innerOf = (request: FastifyRequest) =>
    forwardedRequest(request, { url: request.url, origin: origin() });

  async function detailsOf(request: FastifyRequest, reply: FastifyReply): Promise<Details> {
    const server = await provider();
    try {
      return await server.interactionDetails(innerOf(request), reply.raw);
    } catch (error) {
      if ((error as { error?: unknown }).error === 'invalid_request') throw gone();
      throw error;
    }
  }

  const resourceOf = ({ params }: Details): string => textOf(params['resource']) || origin();

  return {
    provider,

    async pending(request, reply) {
      const details = await detailsOf(request, reply);
      const { Client } = await provider();
      const client = await Client.find(textOf(details.params['client_id']));
      if (!client) throw gone();
      const audience = resourcePathOf(resourceOf(details), origin()) ?? null;
      return {
        clientId: client.clientId,
        clientName: client.clientName ?? client.clientId,
        redirectUri: textOf(details.params['redirect_uri']),
        audience,
        workspace: (audience === null ? undefined : workspaceOfPath(audience)) ?? null,
        asked: textOf(details.params[askedScope]).split(' ').filter(Boolean),
      };
    },

    async grant(request, reply, userId) {
      const details = await detailsOf(request, reply);
      const { Grant } = await provider();
      const clientId = textOf(details.params['client_id']);
      const grant = new Grant({ accountId: userId, clientId });
      grant.addResourceScope(resourceOf(details), innerScope);
      grant.addOIDCScope(innerScope);
      return grant.save();
    },

    async finish(request, reply, allowed) {
      const server = await provider();
      const result = allowed
        ? { login: { accountId: allowed.userId }, consent: { grantId: allowed.grantId } }
        : { error: 'access_denied', error_description: 'The person did not allow it.' };
      const once = { mergeWithLastSubmission: false };
      return server.interactionResult(innerOf(request), reply.raw, result, once);
    },
  };
}
