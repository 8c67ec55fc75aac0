// millrace token list
import { systemClock } from '../../../base/index.ts';
import { type Command, exitCodes } from '../command.ts';
import { agoText } from '../format.ts';
import type { Column } from '../table.ts';
import { emailOption, loggedIn } from './login.ts';
import { pageOf } from '../numbers.ts';
import { pageOptions, printRows } from './output.ts';

interface Row {
  tokenPrefix: string;
  label: string | null;
  scopes: readonly string[] | null;
  expiration: number | null;
  lastUsedAt: number | null;
  createdAt: number;
  readOnly: boolean;
}

function columns(nowAt: number): readonly Column<Row>[] {
  const when = (at: number | null, none: string): string =>
    at === null ? none : agoText(at, nowAt);
  const expired = ({ expiration }: Row): boolean => expiration !== null && expiration <= nowAt;
  return [
    { title: 'PREFIX', text: (row) => row.tokenPrefix },
    { title: 'LABEL', text: (row) => row.label ?? '', cut: 'end', least: 16 },
    {
      title: 'SCOPES',
      text: ({ scopes, readOnly }) =>
        [scopes === null ? 'everything' : scopes.join(' '), readOnly ? '(read-only)' : ''].join(
          ' ',
        ),
      cut: 'end',
      least: 28,
    },
    {
      title: 'EXPIRES',
      text: (row) => when(row.expiration, 'never'),
      colour: (row) => (expired(row) ? 'red' : undefined),
    },
    { title: 'LAST USED', text: (row) => when(row.lastUsedAt, 'never'), spare: 1 },
    { title: 'CREATED', text: (row) => agoText(row.createdAt, nowAt), spare: 2 },
  ];
}

export const tokenList: Command = {
  name: 'token list',
  summary: 'List your tokens and what they may do.',
  takes: '',
  options: { ...pageOptions, email: emailOption },
  examples: ['millrace token list'],
  talks: true,
  async run(context, given) {
    const page = pageOf(given);
    const rows = await loggedIn(context, given, (client) =>
      client.call<Row[]>('tokens.list', page),
    );
    const empty = 'You have no tokens.';
    printRows(context, given, { rows, columns: columns(systemClock.now()), empty, page });
    return exitCodes.ok;
  },
};
