// Tools over the product's own documentation: no licence, no model, nothing leaves the server.
import type { ToolResult } from '../protocol.ts';
import { valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import { type Argument, type Endpoint, inputOf } from './endpoint.ts';
import * as field from './fields.ts';

interface Passage {
  url: string;
  title: string;
  text: string;
}

const query: Argument = field.required(
  field.text('query', 'A question or some words, such as: retry a failed step.'),
);

const nothing =
  'Nothing in the documentation has these words. Use others, fewer, and in English; ' +
  'readDocsPage with url "start/first-steps" begins at the beginning.';

/** The passages as one text that a model reads, each under its address. */
async function answerQuestion({ call, args }: Invocation, { door }: FaceDeps): Promise<ToolResult> {
  const found = (await door.invoke(call, 'docs.query', { query: args['query'] })) as Passage[];
  const passages = found.map(({ url, title, text }) => ({ url, title, text }));
  const told = passages.map(({ url, text }) => `${text}\n\nSource: ${url}`).join('\n\n---\n\n');
  return {
    content: [{ type: 'text', text: found.length === 0 ? nothing : told }],
    structuredContent: { passages },
  };
}

const page: Endpoint = {
  name: 'readDocsPage',
  title: 'Read a page of the documentation',
  description:
    'Reads a page of the documentation of Millrace, or one section of it; a long page answers ' +
    'its headings, to choose a section from.',
  method: 'GET',
  route: '/docs/page',
  effect: 'reads',
  operation: 'docs.page',
  arguments: {
    url: field.required(
      field.text('query', 'Its address as searchDocs gives it, or its name: how-to/flows.'),
    ),
    section: field.text('query', 'Heading of the section that is wanted.'),
  },
  async run(invocation, { door }) {
    const output = await door.invoke(
      invocation.call,
      page.operation,
      inputOf(page, invocation.args),
    );
    const { url, text } = output as { url: string; text: string };
    const { content } = valueResult(`${text}\n\nSource: ${url}`, () => 'Ask for a section.');
    return { content };
  },
};

export const documentationEndpoints: readonly Endpoint[] = [
  {
    name: 'queryDocumentation',
    title: 'Ask the documentation',
    description:
      'Answers a question about Millrace (scripts, flows, schedules, apps, tokens, wmill, ' +
      'limits) with the passages of its documentation that fit best, and their addresses.',
    method: 'POST',
    route: '/inkeep',
    effect: 'reads',
    operation: 'docs.query',
    arguments: { query: { ...query, in: 'body' } },
    run: answerQuestion,
  },
  {
    name: 'searchDocs',
    title: 'Search the documentation',
    description:
      'Finds sections of the documentation of Millrace by words: titles, addresses, a few lines. ' +
      'readDocsPage reads one.',
    method: 'GET',
    route: '/docs/search',
    effect: 'reads',
    operation: 'docs.search',
    arguments: { query },
    shape: (found: readonly { url: string; title: string; snippet: string; score: number }[]) => ({
      results: found.map(({ url, title, snippet, score }) => ({
        url,
        title,
        score: Math.round(score * 100) / 100,
        snippets: [snippet],
      })),
    }),
  },
  page,
];
