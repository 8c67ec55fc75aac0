// Notion: pages, their content, databases, comments, people.
import type { ServiceDeclaration } from '../../action.ts';
import { notionReads } from './read.ts';
import { notionWrites } from './write.ts';

export const notion: ServiceDeclaration = {
  name: 'notion',
  title: 'Notion',
  description: 'pages and databases of Notion',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [
    {
      kind: 'oauth',
      endpoints: {
        authorize: 'https://api.notion.com/v1/oauth/authorize',
        token: 'https://api.notion.com/v1/oauth/token',
        revoke: 'https://api.notion.com/v1/oauth/revoke',
        clientAuth: 'basic',
        body: 'json',
      },
      // Notion asks which pages instead.
      scopes: [],
      parameters: { owner: 'user' },
    },
  ],
  keyHint: 'Make an integration at notion.so/my-integrations and share pages with it.',
  baseUrl: 'https://api.notion.com',
  headers: { 'notion-version': '2022-06-28' },
  actions: [...notionReads, ...notionWrites],
};
