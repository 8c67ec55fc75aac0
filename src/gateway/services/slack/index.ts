// Slack: messages, channels, people. Slack answers 200 to everything; its errors are in the body.
import type { ServiceDeclaration } from '../../action.ts';
import { at } from '../json.ts';
import { slackMessages } from './messages.ts';
import { slackPlaces } from './places.ts';
import { slackWrites } from './write.ts';

/** Errors that mean more than "refused"; everything else is 400. */
const statusOfError: Readonly<Record<string, number>> = {
  not_authed: 401,
  invalid_auth: 401,
  account_inactive: 401,
  token_revoked: 401,
  token_expired: 401,
  ratelimited: 429,
  rate_limited: 429,
  internal_error: 500,
  fatal_error: 500,
  service_unavailable: 503,
};

export const slack: ServiceDeclaration = {
  name: 'slack',
  title: 'Slack',
  description: 'messages, channels and people of Slack',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  keyHint: 'Install your app in Slack (api.slack.com/apps) and give its user token (xoxp-…).',
  baseUrl: 'https://slack.com/api',
  statusOf: (body) =>
    at(body, 'ok') === true ? 200 : (statusOfError[String(at(body, 'error'))] ?? 400),
  actions: [...slackMessages, ...slackPlaces, ...slackWrites],
};
