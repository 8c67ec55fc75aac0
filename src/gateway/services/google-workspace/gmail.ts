// Gmail: what people find, read, draft, send and file. Conversations are what a search finds,
// because only they come with a piece of their text.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { keep, objectOf, objectsOf, pageOf, pagesByToken, pathPart } from '../shaping.ts';
import { mailOf, rawMail } from './mail-text.ts';

const base = 'gmail';
const mine = '/gmail/v1/users/me';
const people = ['from', 'to', 'cc'];

/** Addresses may come as tokens of the PII protection, so their form is not looked at. */
const addresses = z.array(z.string().min(3).max(320)).max(100);
const mail = {
  to: addresses.min(1).describe('addresses'),
  cc: addresses.optional().describe('addresses that get a copy'),
  subject: z.string().min(1).max(900).describe('one line'),
  body: z.string().max(200_000).describe('plain text'),
};
const mailFields = ['to', 'cc', 'subject', 'body'] as const;
const messageId = pathPart.describe('id of the message');
const labels = z.array(z.string().min(1).max(200)).max(50);

export const gmailActions = [
  action({
    name: 'gmail_search',
    description: 'Find conversations, such as: from:ann newer_than:7d. Their ids go to gmail_read.',
    class: 'read',
    input: {
      query: z.string().max(1000).describe('as in the search box of Gmail'),
      ...pagesByToken,
    },
    request: ({ query, limit, next }) => ({
      method: 'GET',
      base,
      path: `${mine}/threads`,
      query: { q: query, maxResults: limit, pageToken: next },
    }),
    result: (body) => pageOf(body, { list: 'threads', item: (one) => keep(one, 'id', 'snippet') }),
  }),
  action({
    name: 'gmail_read',
    description: 'Read one message; the id of a conversation is that of its first message.',
    class: 'read',
    input: { message_id: messageId },
    nameFields: people,
    request: ({ message_id: id }) => ({
      method: 'GET',
      base,
      path: `${mine}${path`/messages/${id}`}`,
      query: { format: 'full' },
    }),
    result: mailOf,
  }),
  action({
    name: 'gmail_thread_read',
    description: 'Read all messages of a conversation.',
    class: 'read',
    input: { thread_id: pathPart.describe('id of the conversation') },
    nameFields: people,
    request: ({ thread_id: id }) => ({
      method: 'GET',
      base,
      path: `${mine}${path`/threads/${id}`}`,
      query: { format: 'full' },
    }),
    result: (body) => ({ messages: objectsOf(objectOf(body)['messages']).map(mailOf) }),
  }),
  action({
    name: 'gmail_labels_list',
    description: 'List the labels of the mailbox.',
    class: 'read',
    input: {},
    request: () => ({ method: 'GET', base, path: `${mine}/labels` }),
    result: (body) => ({
      labels: objectsOf(objectOf(body)['labels']).map((one) => keep(one, 'id', 'name', 'type')),
    }),
  }),
  action({
    name: 'gmail_draft_create',
    description: 'Write a draft; nothing is sent.',
    class: 'write',
    input: mail,
    restoreIn: mailFields,
    request: (params) => ({
      method: 'POST',
      base,
      path: `${mine}/drafts`,
      json: { message: { raw: rawMail(params) } },
      shown: params,
    }),
    result: (body) => keep(body, 'id'),
  }),
  action({
    name: 'gmail_send',
    description: 'Send a message.',
    class: 'write',
    input: mail,
    restoreIn: mailFields,
    request: (params) => ({
      method: 'POST',
      base,
      path: `${mine}/messages/send`,
      json: { raw: rawMail(params) },
      shown: params,
    }),
    result: (body) => keep(body, 'id', 'threadId', 'labelIds'),
  }),
  action({
    name: 'gmail_labels_change',
    description: 'Give labels to a message or take them; without INBOX it is archived.',
    class: 'write',
    input: {
      message_id: messageId,
      add: labels.default([]).describe('ids of labels'),
      remove: labels.default([]).describe('ids of labels, such as UNREAD or INBOX'),
    },
    request: ({ message_id: id, add, remove }) => ({
      method: 'POST',
      base,
      path: `${mine}${path`/messages/${id}`}/modify`,
      json: { addLabelIds: add, removeLabelIds: remove },
    }),
    result: (body) => keep(body, 'id', 'labelIds'),
  }),
  action({
    name: 'gmail_trash',
    description: 'Move a message to the bin.',
    class: 'high_risk',
    category: 'delete',
    input: { message_id: messageId },
    request: ({ message_id: id }) => ({
      method: 'POST',
      base,
      path: `${mine}${path`/messages/${id}`}/trash`,
    }),
    result: (body) => keep(body, 'id', 'labelIds'),
  }),
];
