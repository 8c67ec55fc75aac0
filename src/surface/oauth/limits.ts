// Port: how often the endpoints answer. The web server counts, because it knows who asks.
import type { FastifyRequest } from 'fastify';

export type Endpoint = 'authorize' | 'introspect' | 'register' | 'revoke' | 'token';

export interface OAuthLimits {
  /** Throws `rate_limited` when this address asked too often, or was wrong too often. */
  enter(request: FastifyRequest, endpoint: Endpoint, clientId: string): void;
  /** The code, token or secret that the request named was wrong. */
  failed(request: FastifyRequest, clientId: string): void;
  /** May the description of this client be fetched now? */
  mayDescribe(clientId: string): boolean;
}
