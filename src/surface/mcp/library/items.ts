// Scripts, flows and apps as resources: `millrace://scripts/f/team/report` is the newest version's
// source. Lists show the newest ones; every one can be read.
import type { Asked, ResourceEntry } from './library.ts';
import type { Reading } from './reading.ts';
import type { Page, Shelf } from './shelf.ts';

/** How many of a kind stand in the list of resources. */
const listed = 30;
const completed = 100;

interface Row {
  path: string;
  summary: string;
}

interface Kind {
  /** As addresses, scopes and operations name it. */
  name: 'scripts' | 'flows' | 'apps';
  one: string;
  title: string;
  description: string;
  mimeType: string;
  page: (item: never) => Page;
}

const mimeTypes: Readonly<Record<string, string>> = {
  python3: 'text/x-python',
  bash: 'text/x-shellscript',
  postgresql: 'application/sql',
  mysql: 'application/sql',
  graphql: 'application/graphql',
  php: 'text/x-php',
  ruby: 'text/x-ruby',
  go: 'text/x-go',
};

function scriptPage({ content, language }: { content: string; language: string }): Page {
  return { mimeType: mimeTypes[language] ?? 'text/typescript', text: content };
}

function jsonPage(value: unknown): Page {
  return { mimeType: 'application/json', text: JSON.stringify(value, null, 2) };
}

const kinds: readonly Kind[] = [
  {
    name: 'scripts',
    one: 'script',
    title: 'Source of a script',
    description: 'The code of the newest version of a script.',
    mimeType: 'text/plain',
    page: scriptPage,
  },
  {
    name: 'flows',
    one: 'flow',
    title: 'Source of a flow',
    description: 'The newest version of a flow: its steps (OpenFlow) and its arguments.',
    mimeType: 'application/json',
    page: ({ path, summary, description, value, schema }: Row & Record<string, unknown>) =>
      jsonPage({ path, summary, description, value, schema }),
  },
  {
    name: 'apps',
    one: 'app',
    title: 'Source of an app',
    description: 'The newest version of an app: its value and what it may run.',
    mimeType: 'application/json',
    page: ({ path, summary, value, policy }: Row & Record<string, unknown>) =>
      jsonPage({ path, summary, value, policy }),
  },
];

/** `f/team/a report` → `f/team/a%20report`. */
export const itemUri = (kind: Kind['name'], path: string): string =>
  `millrace://${kind}/${path.split('/').map(encodeURIComponent).join('/')}`;

/** The paths of a kind that the caller may read and that begin so, newest first. */
export async function pathsOf(
  reading: Reading,
  asked: Asked,
  { kind, start, limit }: { kind: string; start: string; limit: number },
): Promise<Row[]> {
  const { caller } = asked.call;
  if (!reading.may(caller, `${kind}.list`)) return [];
  const input = { perPage: limit, ...(start !== '' && { pathStart: start.slice(0, 255) }) };
  const rows = (await reading.invoke(asked, `${kind}.list`, input)) as Row[];
  // Confinement to paths is the token's and not in the rows.
  return rows.filter(({ path }) => reading.may(caller, `${kind}.get`, { kind, path }));
}

function itemShelf(reading: Reading, kind: Kind): Shelf {
  const { name, one, title, description, mimeType } = kind;
  const entryOf = ({ path, summary }: Row): ResourceEntry => ({
    uri: itemUri(name, path),
    name: `${one} ${path}`,
    title: summary.trim() || path,
    description: `${title} ${path}.`.replace(' a ', ' the '),
    mimeType,
  });
  return {
    host: name,
    templates: [
      { uriTemplate: `millrace://${name}/{+path}`, name: one, title, description, mimeType },
    ],
    openTo: ({ call }) => reading.may(call.caller, `${name}.get`, { kind: name, path: '*' }),
    async entries(asked) {
      const rows = await pathsOf(reading, asked, { kind: name, start: '', limit: listed });
      return rows.map(entryOf);
    },
    async read(asked, { rest: path }) {
      return kind.page((await reading.invoke(asked, `${name}.get`, { path })) as never);
    },
    async complete(asked, { value }) {
      const rows = await pathsOf(reading, asked, { kind: name, start: value, limit: completed });
      return rows.map(({ path }) => path);
    },
  };
}

export const itemShelves = (reading: Reading): Shelf[] =>
  kinds.map((kind) => itemShelf(reading, kind));
