// docs.page
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Documentation } from '../documentation.ts';

export const readDocsPage = (documentation: Documentation) =>
  operation({
    name: 'docs.page',
    summary: 'Read a page of the documentation, or one section of it.',
    risk: 'read',
    action: 'docs:read',
    tool: 'readDocsPage',
    input: z.strictObject({
      url: z.string().min(1).max(500).describe('address or name of the page: how-to/flows'),
      section: z.string().max(200).optional().describe('heading of the section that is wanted'),
      whole: z.boolean().default(false).describe('all of a long page, not only its headings'),
    }),
    output: z.object({
      url: z.string(),
      text: z.string().describe('Markdown'),
      sections: z.array(z.string()).describe('headings of the page'),
    }),
    run: (_call, { url, ...wanted }) => documentation.page(url, wanted),
  });
