// What is kept of Slack's answers, and how channels, people and messages are named.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { at, listOf, pick } from '../json.ts';

export const channel = z
  .string()
  .regex(/^[CDGU][A-Z0-9]{1,30}$/, 'is no channel id, such as C024BE91L')
  .describe('id of the channel, such as C024BE91L, from channels_list');

export const userId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,30}$/, 'is no user id, such as U024BE7LH')
  .describe('id of a person, from users_list');

export const ts = z
  .string()
  .regex(/^\d{1,12}\.\d{1,9}$/, 'is no ts of a message, such as 1700000000.000100')
  .describe('ts of the message, such as 1700000000.000100');

export const limit = z.int().min(1).max(200).default(50).describe('how many at most');
export const next = z.string().max(1000).optional().describe('`next` of the page before');

/** Fields of results that hold people's names. */
export const people = ['name', 'real_name', 'display_name', 'username', 'email'];

export const nextOf = (body: unknown): unknown =>
  at(body, 'response_metadata', 'next_cursor') || null;

/** What takes a page of a list that goes on by a cursor. */
export const pageQuery = (page: { limit: number; next?: string | undefined }) => ({
  limit: page.limit,
  cursor: page.next,
});

export const person = (user: JsonObject): JsonObject => ({
  ...pick(user, 'id', 'name', 'deleted', 'is_bot', 'tz'),
  real_name: at(user, 'profile', 'real_name') ?? at(user, 'real_name'),
  display_name: at(user, 'profile', 'display_name'),
  email: at(user, 'profile', 'email'),
  title: at(user, 'profile', 'title'),
});

export const message = (said: JsonObject): JsonObject => ({
  ts: said['ts'] ?? null,
  user: said['user'] ?? said['bot_id'] ?? null,
  text: said['text'] ?? '',
  thread_ts: said['thread_ts'] ?? null,
  replies: said['reply_count'] ?? 0,
  reactions: listOf(said, 'reactions').map(({ name, count }) => ({ emoji: name, count })),
  files: listOf(said, 'files').map((one) => pick(one, 'id', 'title', 'mimetype', 'permalink')),
});

export const room = (found: JsonObject): JsonObject => ({
  id: found['id'] ?? null,
  channel: found['name'] ?? null,
  private: found['is_private'] ?? false,
  archived: found['is_archived'] ?? false,
  topic: at(found, 'topic', 'value'),
  purpose: at(found, 'purpose', 'value'),
  members: found['num_members'] ?? null,
});
