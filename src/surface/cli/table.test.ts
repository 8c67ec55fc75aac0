// Tables: whole in a pipe, fitted to a terminal, aligned whatever the letters.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { widthOf } from './format.ts';
import { type Column, factsText, tableText } from './table.ts';
import { type Channel, painter } from './terminal.ts';

function channel(columns: number | undefined, colours = false): Channel {
  return { write: () => assert.fail('a table is only made'), columns, paint: painter(colours) };
}

interface Row {
  id: string;
  path: string;
  by: string;
  took: string;
}

const rows: readonly Row[] = [
  { id: '1234567890', path: 'f/team/a-rather-long-name/of-a-script', by: 'ann', took: '12 ms' },
  { id: '2', path: 'f/日本/x', by: 'a\nb', took: '1.2 s' },
];
const columns: readonly Column<Row>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'PATH', text: ({ path }) => path, cut: 'start' },
  { title: 'TOOK', text: ({ took }) => took, align: 'right', spare: 1, colour: () => 'green' },
  { title: 'BY', text: ({ by }) => by, spare: 2 },
];

describe('tableText', () => {
  test('in a pipe nothing is cut', () => {
    assert.equal(
      tableText(rows, columns, channel(undefined)),
      [
        'ID          PATH                                    TOOK  BY',
        '1234567890  f/team/a-rather-long-name/of-a-script  12 ms  ann',
        '2           f/日本/x                               1.2 s  a b',
        '',
      ].join('\n'),
    );
  });

  test('on a terminal the long column is cut at its beginning', () => {
    assert.equal(
      tableText(rows, columns, channel(42)),
      [
        'ID          PATH                 TOOK  BY',
        '1234567890  …-name/of-a-script  12 ms  ann',
        '2           f/日本/x            1.2 s  a b',
        '',
      ].join('\n'),
    );
  });

  test('on a narrow one, spare columns go first', () => {
    assert.equal(
      tableText(rows, columns, channel(30)),
      [
        'ID          PATH          TOOK',
        '1234567890  …f-a-script  12 ms',
        '2           f/日本/x     1.2 s',
        '',
      ].join('\n'),
    );
    assert.equal(tableText(rows, columns, channel(22)).split('\n')[1], '1234567890  …-a-script');
  });

  for (const width of [20, 40, 60, 80, 120]) {
    test(`fits ${width} columns, with colours too`, () => {
      for (const colours of [false, true]) {
        for (const line of tableText(rows, columns, channel(width, colours)).split('\n')) {
          assert.ok(widthOf(line) <= width, `${widthOf(line)}: ${line}`);
        }
      }
    });
  }
});

test('factsText leaves out what is not known and indents what has lines', () => {
  assert.equal(
    factsText(
      [
        ['a', 'one'],
        ['none', null],
        ['nothing', ''],
        ['long', 'x\ny'],
      ],
      channel(80),
    ),
    'a     one\nlong  x\n      y\n',
  );
});
