// How values read: widths, cutting, times, durations; and what is taken out of other people's text.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agoText, cutText, spanMs, timeText, tookText, widthOf, wrapText } from './format.ts';
import { oneLine, tameLogs } from './terminal.ts';

const escape = '\u001b';

test('widthOf counts columns', () => {
  const table: readonly (readonly [string, number])[] = [
    ['', 0],
    ['abc', 3],
    ['ärger', 5],
    ['a\u0308', 1],
    ['日本', 4],
    ['👍', 2],
    [`${escape}[31mred${escape}[39m`, 3],
  ];
  for (const [text, width] of table) assert.equal(widthOf(text), width, text);
});

test('cutText cuts at either end, and never wide letters in half', () => {
  assert.equal(cutText('f/team/report', 20), 'f/team/report');
  assert.equal(cutText('f/team/report', 8), 'f/team/…');
  assert.equal(cutText('f/team/report', 8, 'start'), '…/report');
  assert.equal(cutText('日本語', 4), '日…');
  assert.equal(cutText('abc', 0), '');
});

test('wrapText breaks at spaces and keeps long words', () => {
  assert.deepEqual(wrapText('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrapText('a verylongword b', 5), ['a', 'verylongword', 'b']);
});

test('tookText', () => {
  const table: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [12.4, '12 ms'],
    [999, '999 ms'],
    [1400, '1.4 s'],
    [59_949, '59.9 s'],
    [59_960, '1 m 0 s'],
    [125_000, '2 m 5 s'],
    [11_400_000, '3 h 10 m'],
  ];
  for (const [ms, text] of table) assert.equal(tookText(ms), text);
});

test('agoText', () => {
  const table: readonly (readonly [number, string])[] = [
    [0, 'now'],
    [900, 'now'],
    [-59_000, '59s ago'],
    [-300_000, '5m ago'],
    [-7_200_000, '2h ago'],
    [-400 * 86_400_000, '400d ago'],
    [3 * 86_400_000, 'in 3d'],
  ];
  for (const [away, text] of table) assert.equal(agoText(1e12 + away, 1e12), text);
});

test('timeText is local, to the second', () => {
  assert.equal(timeText(new Date(2026, 0, 5, 4, 3, 2).getTime()), '2026-01-05 04:03:02');
});

test('spanMs', () => {
  assert.equal(spanMs('90d'), 90 * 86_400_000);
  assert.equal(spanMs('2w'), 14 * 86_400_000);
  assert.equal(spanMs(' 5 m '), 300_000);
  for (const text of ['', '5', 'd', '-1d', '1y', '1.5h'])
    assert.equal(spanMs(text), undefined, text);
});

describe('text of others', () => {
  const title = `${escape}]0;owned\u0007`;
  test('in a table it is one line without control characters', () => {
    assert.equal(oneLine(`a\nb\t${escape}[2Jc${title}\u0000d\re`), 'a b cd e');
  });
  test('in logs, colours and lines stay, the rest goes', () => {
    const red = `${escape}[31mred${escape}[0m`;
    assert.equal(tameLogs(`${red}\n\ttab${escape}[2J${title}\u0007 x\r\ny`), `${red}\n\ttab x\ny`);
    assert.equal(tameLogs(`a\u009b31mb${escape}`), 'ab');
  });
});
