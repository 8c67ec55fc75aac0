// The authorization server among the other faces: its addresses here, its consent among the pages,
// and how often its endpoints answer one address.
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../base/index.ts';
import { createOAuth, type OAuth, type OAuthLimits, oauthRoutes } from '../oauth/index.ts';
import { failureDocument } from '../pages/index.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Running } from './running.ts';

/** A program registers once; a service for many people has one address for all of them. */
const registrationsPerMinute = 60;
/** Codes, tokens and secrets that are wrong, of one address for one client. */
const guessesPerMinute = 60;
/** A client's host is asked for its description once in a while, whoever wants it. */
const descriptionsPerMinute = 30;

function createLimits({ deps, gate }: Running): OAuthLimits {
  const { clock, config } = deps;
  const limitOf = (most: number, limited: string) =>
    createRateLimit({ clock, perMinute: Math.min(most, config.anonymousPerMinute), limited });
  const registrations = limitOf(registrationsPerMinute, 'Of registrations');
  const guesses = limitOf(guessesPerMinute, 'Of wrong codes, tokens and secrets');
  const descriptions = limitOf(descriptionsPerMinute, 'Of descriptions');
  const of = (clientId: string): string => `client ${clientId.slice(0, 200)}`;
  return {
    enter(request, endpoint, clientId) {
      gate.limit(request, `oauth ${endpoint}`);
      if (endpoint === 'register') registrations.take(request.ip, endpoint);
      else guesses.look(request.ip, of(clientId));
    },
    failed(request, clientId) {
      try {
        guesses.take(request.ip, of(clientId));
      } catch (error) {
        // Several came at once: the next one is refused.
        if (!(error instanceof AppError)) throw error;
      }
    },
    mayDescribe(clientId) {
      try {
        descriptions.take(new URL(clientId).host, 'descriptions');
        return true;
      } catch (error) {
        if (error instanceof AppError) return false;
        throw error;
      }
    },
  };
}

export function mountOAuth(app: FastifyInstance, running: Running): OAuth {
  const { deps, origin } = running;
  const limits = createLimits(running);
  const oauth = createOAuth({
    ...deps.oauth,
    origin,
    log: deps.log,
    mayDescribe: limits.mayDescribe,
    failurePage: (status, message) => failureDocument(status, { message }),
  });
  const { delegation, clients } = deps.oauth;
  const { register } = clients;
  void app.register(oauthRoutes({ oauth, origin, limits, register, delegation }));
  return oauth;
}
