// The names of services, as tools and scopes hold them.
import { z } from 'zod';

export const serviceName = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'is no name of a service, such as jira')
  .describe('name of the service, such as jira');

export const actionId = z
  .string()
  .max(300)
  .regex(/^[a-z][a-z0-9_]*\..+$/, 'is no name of an action, such as github.repos_list_commits')
  .describe('<service>.<action>, as gateway_search_actions tells it');

/** What an operation is about that concerns whichever services the token names. */
export const anyService = { kind: 'services', path: '*' };
