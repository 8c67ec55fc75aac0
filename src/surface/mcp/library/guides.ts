// Pages of the documentation as resources, `millrace://docs/how-to/flows`, and the schema of flows.
// The list holds the pages that help a model; every page can be read.
import { openFlowSchema } from '../../../engine/index.ts';
import type { Asked } from './library.ts';
import type { Reading } from './reading.ts';
import type { Shelf } from './shelf.ts';

/** Name of the page: what is told of it. */
const guides: Readonly<Record<string, readonly [title: string, description: string]>> = {
  'start/first-steps': ['First steps', 'From nothing to a model that runs a script.'],
  'how-to/scripts-that-call-back': [
    'Scripts that use the workspace',
    'How a script reads variables and resources, keeps state and runs other scripts and flows.',
  ],
  'reference/languages': ['Languages', 'The languages of scripts, and how each finds packages.'],
  'how-to/flows': ['Flows', 'How to write a flow: steps, loops, branches, errors, approvals.'],
  'how-to/services': ['Services', 'Jira, Slack, Google and others: their tools and classes.'],
  'how-to/delegation': [
    'Flows that use services',
    'How a flow reads Jira and posts to Slack by itself, in the name of its owner.',
  ],
  'how-to/approvals': ['Approvals', 'How a flow asks people and waits for them.'],
  'how-to/schedules': ['Schedules', 'How scripts and flows run at times.'],
  'how-to/secrets': ['Variables, secrets, resources', 'How code gets databases and accounts.'],
  'how-to/limits': ['Limits of runs', 'Time, concurrency, retries, caches of runs.'],
  'how-to/apps': ['Apps', 'How to write an app over scripts and flows.'],
};

const mimeType = 'text/markdown';

/** A page by its name, whole. Throws `not_found` where there is none. */
export async function guideText(reading: Reading, asked: Asked, name: string): Promise<string> {
  const input = { url: name, whole: true };
  const { text } = (await reading.invoke(asked, 'docs.page', input)) as { text: string };
  return text;
}

export const guideUri = (name: string): string => `millrace://docs/${name}`;

export function guideShelf(reading: Reading): Shelf {
  return {
    host: 'docs',
    templates: [
      {
        uriTemplate: 'millrace://docs/{+page}',
        name: 'guide',
        title: 'A page of the documentation',
        description: 'How to use Millrace: a page of its documentation, by name.',
        mimeType,
      },
    ],
    openTo: ({ call }) => reading.may(call.caller, 'docs.page'),
    entries: async () =>
      Object.entries(guides).map(([name, [title, description]]) => ({
        uri: guideUri(name),
        name: `guide ${name}`,
        title,
        description,
        mimeType,
      })),
    read: async (asked, { rest }) => ({ mimeType, text: await guideText(reading, asked, rest) }),
    complete: async (_asked, { value }) =>
      Object.keys(guides).filter((name) => name.includes(value)),
  };
}

export const flowSchemaUri = 'millrace://schemas/openflow';
const schemaType = 'application/schema+json';

export const flowSchemaText = (): string => JSON.stringify(openFlowSchema(), null, 2);

/** Open to everybody, as it is at `/api/openflow.schema.json`. */
export const schemaShelf: Shelf = {
  host: 'schemas',
  templates: [],
  openTo: () => true,
  entries: async () => [
    {
      uri: flowSchemaUri,
      name: 'openflow',
      title: 'The JSON Schema of flows (OpenFlow)',
      description: 'What a flow may hold. Read it before you write or change a flow.',
      mimeType: schemaType,
    },
  ],
  async read(_asked, { rest }) {
    return rest === 'openflow' ? { mimeType: schemaType, text: flowSchemaText() } : undefined;
  },
};
