// What people do in Slack: messages, reactions, channels. Slack takes forms everywhere.
import { z } from 'zod';
import { action } from '../../action.ts';
import { at, pick } from '../json.ts';
import { channel, ts, userId } from './shapes.ts';

const text = z.string().min(1).max(40_000).describe('text in Slack’s mrkdwn');
const emoji = z
  .string()
  .regex(/^[a-z0-9_+'-]{1,100}$/, 'is no name of an emoji, such as thumbsup')
  .describe('name of the emoji without colons, such as thumbsup');
const room = z
  .string()
  .regex(/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u, 'is no channel name: lower case, no spaces')
  .describe('name in lower case, without #');

const place = (body: unknown) => pick(body, 'channel', 'ts');

export const slackWrites = [
  action({
    name: 'post_message',
    description: 'Post a message to a channel, a person or a thread.',
    class: 'write',
    input: {
      channel: channel.describe('id of a channel, or of a person for a direct message'),
      text,
      thread_ts: ts.optional().describe('ts of the message to reply to'),
    },
    restoreIn: ['text'],
    request: ({ channel: where, text: said, thread_ts: thread }) => ({
      method: 'POST',
      path: '/chat.postMessage',
      form: { channel: where, text: said, thread_ts: thread },
    }),
    result: place,
  }),
  action({
    name: 'update_message',
    description: 'Change the text of a message of yours.',
    class: 'write',
    input: { channel, ts, text },
    restoreIn: ['text'],
    request: ({ channel: where, ts: which, text: said }) => ({
      method: 'POST',
      path: '/chat.update',
      form: { channel: where, ts: which, text: said },
    }),
    result: place,
  }),
  action({
    name: 'schedule_message',
    description: 'Post a message later, at most 120 days from now.',
    class: 'write',
    input: {
      channel,
      text,
      post_at: z.int().min(1).max(9_999_999_999).describe('when, in seconds since 1970'),
      thread_ts: ts.optional().describe('ts of the message to reply to'),
    },
    restoreIn: ['text'],
    request: ({ channel: where, text: said, post_at: when, thread_ts: thread }) => ({
      method: 'POST',
      path: '/chat.scheduleMessage',
      form: { channel: where, text: said, post_at: when, thread_ts: thread },
    }),
    result: (body) => pick(body, 'channel', 'scheduled_message_id', 'post_at'),
  }),
  action({
    name: 'add_reaction',
    description: 'React to a message with an emoji.',
    class: 'write',
    input: { channel, ts, emoji },
    request: ({ channel: where, ts: which, emoji: name }) => ({
      method: 'POST',
      path: '/reactions.add',
      form: { channel: where, timestamp: which, name },
    }),
    result: () => ({ added: true }),
  }),
  action({
    name: 'remove_reaction',
    description: 'Take your reaction from a message.',
    class: 'write',
    input: { channel, ts, emoji },
    request: ({ channel: where, ts: which, emoji: name }) => ({
      method: 'POST',
      path: '/reactions.remove',
      form: { channel: where, timestamp: which, name },
    }),
    result: () => ({ removed: true }),
  }),
  action({
    name: 'open_conversation',
    description: 'Open a direct conversation with people; answers its channel.',
    class: 'write',
    input: { users: z.array(userId).min(1).max(8).describe('ids of the people') },
    request: ({ users }) => ({
      method: 'POST',
      path: '/conversations.open',
      form: { users: users.join(',') },
    }),
    result: (body) => ({ channel: at(body, 'channel', 'id') }),
  }),
  action({
    name: 'create_channel',
    description: 'Create a channel.',
    class: 'write',
    input: {
      name: room,
      private: z.boolean().default(false).describe('only who is invited sees it'),
    },
    request: ({ name, private: closed }) => ({
      method: 'POST',
      path: '/conversations.create',
      form: { name, is_private: closed },
    }),
    result: (body) => ({ id: at(body, 'channel', 'id'), channel: at(body, 'channel', 'name') }),
  }),
  action({
    name: 'set_topic',
    description: 'Set the topic of a channel.',
    class: 'write',
    input: { channel, topic: z.string().max(250).describe('empty: none') },
    restoreIn: ['topic'],
    request: ({ channel: where, topic }) => ({
      method: 'POST',
      path: '/conversations.setTopic',
      form: { channel: where, topic },
    }),
    result: () => ({ set: true }),
  }),
  action({
    name: 'invite_to_channel',
    description: 'Add people to a channel; they see all that was said there.',
    class: 'high_risk',
    category: 'sharing',
    input: { channel, users: z.array(userId).min(1).max(50).describe('ids of the people') },
    request: ({ channel: where, users }) => ({
      method: 'POST',
      path: '/conversations.invite',
      form: { channel: where, users: users.join(',') },
    }),
    result: () => ({ invited: true }),
  }),
  action({
    name: 'delete_message',
    description: 'Delete a message for ever.',
    class: 'high_risk',
    category: 'delete',
    input: { channel, ts },
    request: ({ channel: where, ts: which }) => ({
      method: 'POST',
      path: '/chat.delete',
      form: { channel: where, ts: which },
    }),
    result: place,
  }),
  action({
    name: 'archive_channel',
    description: 'Archive a channel: nobody can write there any more.',
    class: 'high_risk',
    category: 'archive',
    input: { channel },
    request: ({ channel: where }) => ({
      method: 'POST',
      path: '/conversations.archive',
      form: { channel: where },
    }),
    result: () => ({ archived: true }),
  }),
];
