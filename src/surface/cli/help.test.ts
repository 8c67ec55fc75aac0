// Help and failures: every command is on the first page, pages fit a terminal, and what went
// wrong is one sentence without a stack.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../base/index.ts';
import { exitCodes, usageError } from './command.ts';
import { commands } from './commands/index.ts';
import { reportFailure } from './failure.ts';
import { widthOf } from './format.ts';
import { helpText } from './help.ts';
import { type Channel, painter, type Terminal } from './terminal.ts';

function channel(columns: number | undefined, written: string[] = []): Channel {
  return { write: (text) => written.push(text), columns, paint: painter(false) };
}

describe('help', () => {
  test('the first page names every command', () => {
    const page = helpText([], commands, channel(80));
    for (const { name, summary } of commands) {
      assert.match(page, new RegExp(`\\n {2}${name}( [^a-z].*)? {2,}`), name);
      assert.ok(page.includes(summary) || page.includes(summary.split(' ')[0] ?? ''), summary);
    }
  });

  for (const columns of [80, 120]) {
    test(`every page fits ${columns} columns`, () => {
      for (const topic of [[], ['job'], ...commands.map(({ name }) => name.split(' '))]) {
        for (const line of helpText(topic, commands, channel(columns)).split('\n')) {
          // An example is one line to copy.
          if (/^ {2}(?:export |millrace )/.test(line)) continue;
          assert.ok(widthOf(line) <= columns, `${topic.join(' ')}: ${line}`);
        }
      }
    });
  }

  test('an unknown topic is wrong use', () => {
    assert.throws(() => helpText(['nothing'], commands, channel(80)), { code: 'invalid_input' });
  });
});

describe('reportFailure', () => {
  function report(thrown: unknown, style: { json?: boolean; debug?: boolean } = {}) {
    const written: string[] = [];
    const silent = (): never => assert.fail('nobody is asked');
    const terminal: Terminal = {
      out: channel(undefined),
      err: channel(undefined, written),
      status: () => {},
      ask: silent,
      askSecret: silent,
      readInput: silent,
      drain: silent,
    };
    const code = reportFailure(thrown, terminal, { json: false, debug: false, ...style });
    return { code, text: written.join('') };
  }

  const refused = new AppError('forbidden', 'You may not.', { hint: 'Ask an admin.' });
  const table: readonly (readonly [string, unknown, number, string])[] = [
    ['a refusal', refused, exitCodes.failed, 'error: You may not.\nhint: Ask an admin.\n'],
    ['without a hint', new AppError('gone', 'Gone.'), exitCodes.failed, 'error: Gone.\n'],
    ['wrong use', usageError('No.', 'So.'), exitCodes.usage, 'error: No.\nhint: So.\n'],
    ['Ctrl-C', new AppError('canceled', 'C.'), exitCodes.interrupted, 'error: C.\n'],
    [
      'a text of others that moves the cursor',
      new AppError('gone', 'a\u001b[2Jb\u0007'),
      exitCodes.failed,
      'error: ab\n',
    ],
  ];
  for (const [says, thrown, code, text] of table) {
    test(says, () => assert.deepEqual(report(thrown), { code, text }));
  }

  test('as JSON', () => {
    const { text } = report(refused, { json: true });
    assert.deepEqual(JSON.parse(text), {
      error: { code: 'forbidden', message: 'You may not.', hint: 'Ask an admin.' },
    });
  });

  for (const [says, thrown] of [
    ['an error', new TypeError('secret detail')],
    ['a string', 'secret detail'],
  ] as const) {
    test(`a bug that throws ${says} has an id and no detail`, () => {
      const { code, text } = report(thrown);
      assert.equal(code, exitCodes.failed);
      assert.match(
        text,
        /^error: This is a bug in millrace \(id [0-9a-f-]{36}\)\.\nhint: .*--debug/,
      );
      assert.doesNotMatch(text, /secret detail|\.ts:/);
    });
  }

  test('--debug shows the stack', () => {
    assert.match(
      report(new TypeError('detail'), { debug: true }).text,
      /TypeError: detail\n\s+at /,
    );
  });
});
