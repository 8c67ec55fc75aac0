// Google Docs: documents as plain text, and text put into them.
import { z } from 'zod';
import { action, type JsonObject } from '../../action.ts';
import { path } from '../../address.ts';
import { keep, objectOf, objectsOf, pathPart, textOf } from '../shaping.ts';

const base = 'docs';
const documentId = pathPart.describe('id of the document');
const text = z.string().min(1).max(200_000);

const pathOfDocument = (id: string): string => path`/v1/documents/${id}`;

function contentOf(content: unknown): string {
  return objectsOf(content).map(textOfBlock).join('');
}

function textOfBlock(block: JsonObject): string {
  const elements = objectsOf(objectOf(block['paragraph'])['elements']);
  const own = elements.map((one) => textOf(objectOf(one['textRun'])['content'])).join('');
  const rows = objectsOf(objectOf(block['table'])['tableRows']);
  const lines = rows.map((row) =>
    objectsOf(row['tableCells'])
      .map((cell) => contentOf(cell['content']).trim())
      .join(' | '),
  );
  return own + lines.map((line) => `${line}\n`).join('');
}

export const docsActions = [
  action({
    name: 'docs_get',
    description: 'Read the text of a document.',
    class: 'read',
    input: { document_id: documentId },
    request: ({ document_id: id }) => ({ method: 'GET', base, path: pathOfDocument(id) }),
    result: (body) => ({
      ...keep(body, 'documentId', 'title', 'revisionId'),
      text: contentOf(objectOf(objectOf(body)['body'])['content']),
    }),
  }),
  action({
    name: 'docs_create',
    description: 'Make an empty document; docs_append writes into it.',
    class: 'write',
    input: { title: z.string().min(1).max(500).describe('title of the document') },
    restoreIn: ['title'],
    request: ({ title }) => ({ method: 'POST', base, path: '/v1/documents', json: { title } }),
    result: (body) => keep(body, 'documentId', 'title'),
  }),
  action({
    name: 'docs_append',
    description: 'Write text at the end of a document.',
    class: 'write',
    input: { document_id: documentId, text: text.describe('plain text, with its line ends') },
    restoreIn: ['text'],
    request: ({ document_id: id, text: said }) => ({
      method: 'POST',
      base,
      path: `${pathOfDocument(id)}:batchUpdate`,
      json: { requests: [{ insertText: { endOfSegmentLocation: {}, text: said } }] },
    }),
    result: (body) => keep(body, 'documentId'),
  }),
  action({
    name: 'docs_replace_text',
    description: 'Replace a text wherever it stands in a document.',
    class: 'write',
    input: {
      document_id: documentId,
      find: z.string().min(1).max(2000).describe('the text as it is'),
      replace: z.string().max(10_000).describe('the text as it should be'),
    },
    restoreIn: ['find', 'replace'],
    request: ({ document_id: id, find, replace }) => ({
      method: 'POST',
      base,
      path: `${pathOfDocument(id)}:batchUpdate`,
      json: {
        requests: [
          {
            replaceAllText: { containsText: { text: find, matchCase: true }, replaceText: replace },
          },
        ],
      },
    }),
    result: (body) => ({
      replaced: objectsOf(objectOf(body)['replies'])
        .map((reply) => Number(objectOf(reply['replaceAllText'])['occurrencesChanged'] ?? 0))
        .reduce((sum, count) => sum + count, 0),
    }),
  }),
];
