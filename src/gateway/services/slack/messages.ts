// What was said in Slack: found by words, by channel, by thread.
import { z } from 'zod';
import { action } from '../../action.ts';
import { at, listOf, pick } from '../json.ts';
import { channel, limit, message, next, nextOf, pageQuery, people, ts } from './shapes.ts';

const since = ts.optional().describe('only messages after this ts');
const until = ts.optional().describe('only messages before this ts');

export const slackMessages = [
  action({
    name: 'search_messages',
    description: 'Find messages by words, such as: invoice in:#sales from:@ann after:2026-01-01.',
    class: 'read',
    input: {
      query: z.string().min(1).max(500).describe('words, with in:, from:, before:, after:'),
      limit: z.int().min(1).max(100).default(20).describe('how many at most'),
      next: z.int().min(1).max(100).optional().describe('`next` of the page before'),
    },
    restoreIn: ['query'],
    nameFields: people,
    request: ({ query, limit: size, next: page }) => ({
      method: 'GET',
      path: '/search.messages',
      query: { query, count: size, page, sort: 'timestamp' },
    }),
    result(body, { next: page = 1 }) {
      const pages = Number(at(body, 'messages', 'paging', 'pages') ?? 1);
      const messages = listOf(at(body, 'messages'), 'matches').map((said) => ({
        ...pick(said, 'ts', 'user', 'username', 'text', 'permalink'),
        channel_id: at(said, 'channel', 'id'),
        channel: at(said, 'channel', 'name'),
      }));
      const total = at(body, 'messages', 'total');
      return { messages, total, next: page < pages ? page + 1 : null };
    },
  }),
  action({
    name: 'channels_history',
    description: 'Read the messages of a channel, newest first.',
    class: 'read',
    input: { channel, since, until, limit, next },
    nameFields: people,
    request: ({ channel: where, since: oldest, until: latest, ...page }) => ({
      method: 'GET',
      path: '/conversations.history',
      query: { channel: where, oldest, latest, ...pageQuery(page) },
    }),
    result: (body) => ({ messages: listOf(body, 'messages').map(message), next: nextOf(body) }),
  }),
  action({
    name: 'thread_replies',
    description: 'Read a thread: the message that began it and the replies, oldest first.',
    class: 'read',
    input: { channel, ts: ts.describe('ts of the message that began it'), limit, next },
    nameFields: people,
    request: ({ channel: where, ts: began, ...page }) => ({
      method: 'GET',
      path: '/conversations.replies',
      query: { channel: where, ts: began, ...pageQuery(page) },
    }),
    result: (body) => ({ messages: listOf(body, 'messages').map(message), next: nextOf(body) }),
  }),
  action({
    name: 'get_permalink',
    description: 'Get the link to a message.',
    class: 'read',
    input: { channel, ts },
    request: ({ channel: where, ts: which }) => ({
      method: 'GET',
      path: '/chat.getPermalink',
      query: { channel: where, message_ts: which },
    }),
    result: (body) => pick(body, 'permalink'),
  }),
];
