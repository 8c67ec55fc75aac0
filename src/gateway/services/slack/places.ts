// Where people talk in Slack, and who they are.
import { z } from 'zod';
import { action } from '../../action.ts';
import { at, listOf, objectOf, pick } from '../json.ts';
import { channel, limit, next, nextOf, pageQuery, people, person, room, userId } from './shapes.ts';

export const slackPlaces = [
  action({
    name: 'channels_list',
    description: 'List the channels that you can see.',
    class: 'read',
    input: {
      private: z.boolean().default(false).describe('also private channels that you are in'),
      archived: z.boolean().default(false).describe('also archived channels'),
      limit,
      next,
    },
    request: ({ private: closed, archived, ...page }) => ({
      method: 'GET',
      path: '/conversations.list',
      query: {
        types: closed ? 'public_channel,private_channel' : 'public_channel',
        exclude_archived: !archived,
        ...pageQuery(page),
      },
    }),
    result: (body) => ({ channels: listOf(body, 'channels').map(room), next: nextOf(body) }),
  }),
  action({
    name: 'channel_info',
    description: 'Read the topic, purpose and state of a channel.',
    class: 'read',
    input: { channel },
    request: ({ channel: where }) => ({
      method: 'GET',
      path: '/conversations.info',
      query: { channel: where, include_num_members: true },
    }),
    result: (body) => room(objectOf(at(body, 'channel'))),
  }),
  action({
    name: 'channel_members',
    description: 'List the ids of the people in a channel.',
    class: 'read',
    input: { channel, limit, next },
    request: ({ channel: where, ...page }) => ({
      method: 'GET',
      path: '/conversations.members',
      query: { channel: where, ...pageQuery(page) },
    }),
    result: (body) => ({ members: at(body, 'members') ?? [], next: nextOf(body) }),
  }),
  action({
    name: 'users_list',
    description: 'List the people of the Slack workspace.',
    class: 'read',
    input: { limit, next },
    nameFields: people,
    request: (page) => ({ method: 'GET', path: '/users.list', query: pageQuery(page) }),
    result: (body) => ({ users: listOf(body, 'members').map(person), next: nextOf(body) }),
  }),
  action({
    name: 'user_info',
    description: 'Read who somebody is.',
    class: 'read',
    input: { user: userId },
    nameFields: people,
    request: ({ user }) => ({ method: 'GET', path: '/users.info', query: { user } }),
    result: (body) => person(objectOf(at(body, 'user'))),
  }),
  action({
    name: 'user_by_email',
    description: 'Find a person by e-mail address.',
    class: 'read',
    input: { email: z.string().min(3).max(320).describe('the whole address') },
    restoreIn: ['email'],
    nameFields: people,
    request: ({ email }) => ({ method: 'GET', path: '/users.lookupByEmail', query: { email } }),
    result: (body) => person(objectOf(at(body, 'user'))),
  }),
  action({
    name: 'whoami',
    description: 'Read who you are in Slack, and in which workspace.',
    class: 'read',
    input: {},
    request: () => ({ method: 'GET', path: '/auth.test' }),
    result: (body) => pick(body, 'user_id', 'user', 'team', 'team_id', 'url'),
    nameFields: ['user'],
  }),
];
