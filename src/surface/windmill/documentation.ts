// `/api/docs/*`: the documentation, as Windmill's command line and programs ask for it.
import { present } from './fields.ts';
import { get, json, type Row } from './table.ts';

interface Found {
  url: string;
  title: string;
  snippet: string;
  score: number;
}

export const documentationRows: readonly Row[] = [
  get({
    path: 'docs/search',
    operation: 'docs.search',
    input: ({ query }) => present({ query: query.text('query'), limit: query.whole('limit') }),
    answer: json((found: readonly Found[]) => ({
      text: found.map(({ title, url, snippet }) => `${title} (${url})\n${snippet}`).join('\n\n'),
      results: found.map(({ snippet, ...rest }) => ({ ...rest, snippets: [snippet] })),
    })),
  }),
  get({
    path: 'docs/page',
    operation: 'docs.page',
    input: ({ query }) => present({ url: query.text('url'), section: query.text('section') }),
    answer: json(({ url, text }: { url: string; text: string }) => ({ text, source_url: url })),
  }),
];
