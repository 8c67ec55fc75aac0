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

const scopes = [
  'search:read',
  'users:read',
  'users:read.email',
  'chat:write',
  'reactions:write',
  ...['channels', 'groups', 'im', 'mpim'].flatMap((kind) =>
    ['read', 'history', 'write'].map((what) => `${kind}:${what}`),
  ),
];

export const slack: ServiceDeclaration = {
  name: 'slack',
  title: 'Slack',
  description: 'messages, channels and people of Slack',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [
    {
      kind: 'oauth',
      // Those of user tokens: the tokens of apps find no messages.
      endpoints: {
        authorize: 'https://slack.com/oauth/v2_user/authorize',
        token: 'https://slack.com/api/oauth.v2.user.access',
      },
      scopes,
    },
  ],
  keyHint: 'Install your app in Slack (api.slack.com/apps) and give its user token (xoxp-…).',
  baseUrl: 'https://slack.com/api',
  statusOf: (body) =>
    at(body, 'ok') === true ? 200 : (statusOfError[String(at(body, 'error'))] ?? 400),
  actions: [...slackMessages, ...slackPlaces, ...slackWrites],
};
