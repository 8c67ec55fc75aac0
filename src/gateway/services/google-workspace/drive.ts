// Google Drive: finding files, their text, folders, sharing. Shared drives are included everywhere.
import { z } from 'zod';
import { action, type JsonObject } from '../../action.ts';
import { path } from '../../address.ts';
import { given, keep, objectsOf, pageOf, pagesByToken, pathPart } from '../shaping.ts';

const fileId = pathPart.describe('id of the file');
const briefFields = 'id,name,mimeType,modifiedTime,owners(displayName),webViewLink';
const wholeFields = `${briefFields},description,size,createdTime,parents,shared,trashed`;
const everywhere = { supportsAllDrives: true };
const people = ['displayName', 'owners'];

const mimeTypes = {
  text: 'text/plain',
  markdown: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
} as const;

const fileOf = (body: unknown): JsonObject => {
  const { owners, ...file } = keep(body, ...wholeFields.replace(/\(\w+\)/, '').split(','));
  return { ...file, owners: objectsOf(owners).map((one) => one['displayName'] ?? null) };
};

const pathOfFile = (id: string): string => path`/drive/v3/files/${id}`;

export const driveActions = [
  action({
    name: 'drive_files_list',
    description:
      "Find files by Drive's query language, such as: name contains 'plan' and trashed = false.",
    class: 'read',
    input: {
      query: z.string().max(4000).default('trashed = false').describe("in Drive's query language"),
      ...pagesByToken,
    },
    nameFields: people,
    request: ({ query, limit, next }) => ({
      method: 'GET',
      path: '/drive/v3/files',
      query: {
        q: query,
        pageSize: limit,
        pageToken: next,
        fields: `nextPageToken,files(${briefFields})`,
        includeItemsFromAllDrives: true,
        ...everywhere,
      },
    }),
    result: (body) => pageOf(body, { list: 'files', item: fileOf }),
  }),
  action({
    name: 'drive_file_get',
    description: 'Read what Drive knows of a file; drive_files_export has its text.',
    class: 'read',
    input: { file_id: fileId },
    nameFields: people,
    request: ({ file_id: id }) => ({
      method: 'GET',
      path: pathOfFile(id),
      query: { fields: wholeFields, ...everywhere },
    }),
    result: fileOf,
  }),
  action({
    name: 'drive_permissions_list',
    description: 'List who may see or change a file.',
    class: 'read',
    input: { file_id: fileId, ...pagesByToken },
    nameFields: people,
    request: ({ file_id: id, limit, next }) => ({
      method: 'GET',
      path: `${pathOfFile(id)}/permissions`,
      query: {
        pageSize: limit,
        pageToken: next,
        fields: 'nextPageToken,permissions(id,type,role,emailAddress,displayName,domain)',
        ...everywhere,
      },
    }),
    result: (body) =>
      pageOf(body, {
        list: 'permissions',
        item: (one) => keep(one, 'id', 'type', 'role', 'emailAddress', 'displayName', 'domain'),
      }),
  }),
  action({
    name: 'drive_files_export',
    description: 'Take the text out of a document, table or presentation of Google.',
    class: 'write',
    input: {
      file_id: fileId,
      format: z.enum(['text', 'markdown', 'csv', 'html']).default('text').describe('of the text'),
    },
    request: ({ file_id: id, format }) => ({
      method: 'GET',
      path: `${pathOfFile(id)}/export`,
      query: { mimeType: mimeTypes[format] },
    }),
    result: (body, { format }) => ({
      format,
      text: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  }),
  action({
    name: 'drive_folder_create',
    description: 'Make a folder.',
    class: 'write',
    input: {
      name: z.string().min(1).max(500).describe('name of the folder'),
      parent_id: pathPart.optional().describe('id of the folder that it goes into'),
    },
    restoreIn: ['name'],
    nameFields: people,
    request: ({ name, parent_id: parent }) => ({
      method: 'POST',
      path: '/drive/v3/files',
      query: { fields: briefFields, ...everywhere },
      json: given({
        name,
        mimeType: 'application/vnd.google-apps.folder',
        parents: parent === undefined ? undefined : [parent],
      }),
    }),
    result: fileOf,
  }),
  action({
    name: 'drive_file_update',
    description: 'Rename a file or describe it.',
    class: 'write',
    input: {
      file_id: fileId,
      name: z.string().min(1).max(500).optional().describe('the new name'),
      description: z.string().max(8000).optional().describe('the new description'),
    },
    restoreIn: ['name', 'description'],
    nameFields: people,
    request: ({ file_id: id, name, description }) => ({
      method: 'PATCH',
      path: pathOfFile(id),
      query: { fields: wholeFields, ...everywhere },
      json: given({ name, description }),
    }),
    result: fileOf,
  }),
  action({
    name: 'drive_share',
    description: 'Let somebody see or change a file.',
    class: 'high_risk',
    category: 'sharing',
    input: {
      file_id: fileId,
      email: z.string().min(3).max(320).describe('address of a person or group'),
      type: z.enum(['user', 'group']).default('user').describe('what the address is'),
      role: z.enum(['reader', 'commenter', 'writer']).default('reader').describe('what they may'),
      notify: z.boolean().default(false).describe('send them mail of it'),
    },
    restoreIn: ['email'],
    request: ({ file_id: id, email, type, role, notify }) => ({
      method: 'POST',
      path: `${pathOfFile(id)}/permissions`,
      query: { sendNotificationEmail: notify, ...everywhere },
      json: { type, role, emailAddress: email },
    }),
    result: (body) => keep(body, 'id', 'type', 'role'),
  }),
  action({
    name: 'drive_delete',
    description: 'Delete a file for ever, without the bin.',
    class: 'high_risk',
    category: 'delete',
    input: { file_id: fileId },
    request: ({ file_id: id }) => ({
      method: 'DELETE',
      path: pathOfFile(id),
      query: everywhere,
    }),
  }),
];
