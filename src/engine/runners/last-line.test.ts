// The last line of an output that comes in pieces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLastLine } from './last-line.ts';

const table: { name: string; pieces: string[]; line: string }[] = [
  { name: 'nothing', pieces: [], line: '' },
  { name: 'one line without an end', pieces: ['42'], line: '42' },
  { name: 'the last of several', pieces: ['a\nb\nc\n'], line: 'c' },
  { name: 'blank lines at the end do not count', pieces: ['a\n', '\n', '  \n\n'], line: 'a' },
  { name: 'a line in pieces', pieces: ['a\n{"x"', ':', '1}', '\n'], line: '{"x":1}' },
  {
    name: 'a piece that ends one line and begins another',
    pieces: ['a', 'b\nc', 'd\n'],
    line: 'cd',
  },
  { name: 'an open line wins', pieces: ['a\nb'], line: 'b' },
  { name: 'an open blank line does not', pieces: ['a\n', ' '], line: 'a' },
  { name: 'line ends of Windows', pieces: ['a\r\nb\r\n'], line: 'b' },
  { name: 'longer than the cap', pieces: ['0123456789', 'abc\n'], line: '01234567' },
  { name: 'longer than the cap, at once', pieces: ['x\n0123456789abc\n'], line: '01234567' },
];

for (const { name, pieces, line } of table) {
  test(name, () => {
    const last = createLastLine(8);
    for (const piece of pieces) last.push(Buffer.from(piece));
    assert.equal(last.text(), line);
  });
}
