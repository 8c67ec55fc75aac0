// millrace script list
import { systemClock } from '../../../base/index.ts';
import { type Command, exitCodes } from '../command.ts';
import { agoText } from '../format.ts';
import type { Column } from '../table.ts';
import { pageOf } from '../numbers.ts';
import { pageOptions, printRows } from './output.ts';

interface Row {
  path: string;
  language: string;
  summary: string;
  createdBy: string;
  createdAt: number;
  hash: string;
}

function columns(nowAt: number): readonly Column<Row>[] {
  return [
    { title: 'PATH', text: (row) => row.path, cut: 'start', least: 28 },
    { title: 'LANGUAGE', text: (row) => row.language, spare: 1 },
    { title: 'SUMMARY', text: (row) => row.summary, cut: 'end', least: 24 },
    { title: 'DEPLOYED', text: (row) => agoText(row.createdAt, nowAt), spare: 2 },
    { title: 'BY', text: (row) => row.createdBy, spare: 3 },
    { title: 'HASH', text: (row) => row.hash, spare: 4, colour: () => 'dim' },
  ];
}

export const scriptList: Command = {
  name: 'script list',
  summary: 'List the scripts that you may read.',
  takes: '[BEGINNING]',
  options: {
    language: { type: 'text', value: 'NAME', says: 'only this language' },
    archived: { type: 'flag', says: 'the archived ones instead' },
    all: { type: 'flag', says: 'also libraries, which have no main' },
    ...pageOptions,
  },
  examples: ['millrace script list', 'millrace script list f/team/ --json'],
  talks: true,
  async run(context, given) {
    const page = pageOf(given);
    const [pathStart] = given.words;
    const language = given.text('language');
    const rows = await context.client().call<Row[]>('scripts.list', {
      ...page,
      ...(pathStart === undefined ? {} : { pathStart }),
      ...(language === undefined ? {} : { languages: [language] }),
      showArchived: given.flag('archived'),
      includeWithoutMain: given.flag('all'),
    });
    const empty =
      pathStart === undefined
        ? 'No scripts yet. Deploy one: millrace script push FILE'
        : `No scripts below ${pathStart}`;
    printRows(context, given, { rows, columns: columns(systemClock.now()), empty, page });
    return exitCodes.ok;
  },
};
