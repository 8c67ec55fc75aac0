// Parsing: what is accepted, and that every refusal names the option and the way out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../base/index.ts';
import { type Command, isUsageError } from './command.ts';
import { commands } from './commands/index.ts';
import { choose, parseGiven, wordLimits } from './parse.ts';

const sample: Command = {
  name: 'script push',
  summary: 'x',
  takes: 'FILE…',
  options: {
    path: { type: 'text', value: 'PATH', says: 'x' },
    arg: { type: 'list', short: 'a', value: 'NAME=VALUE', says: 'x' },
    data: { type: 'text', short: 'd', value: 'JSON', says: 'x' },
    fresh: { type: 'flag', says: 'x' },
  },
  examples: ['x'],
  talks: true,
  run: async () => 0,
};

function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    assert.ok(
      error instanceof AppError && isUsageError(error),
      `${String(error)} is no usage error`,
    );
    return error;
  }
  return assert.fail('it was accepted');
}

describe('parseGiven', () => {
  test('words, texts, lists, flags, in any order', () => {
    const given = parseGiven(
      sample,
      'a.ts --path f/a/b -a x=1 b.ts --arg=y=--2 --fresh -d - --json=false -w ops'.split(' '),
    );
    assert.deepEqual(given.words, ['a.ts', 'b.ts']);
    assert.equal(given.text('path'), 'f/a/b');
    assert.deepEqual(given.list('arg'), ['x=1', 'y=--2']);
    assert.equal(given.text('data'), '-');
    assert.equal(given.text('workspace'), 'ops');
    assert.deepEqual(
      [given.flag('fresh'), given.flag('json'), given.flag('debug')],
      [true, false, false],
    );
    assert.deepEqual([given.has('json'), given.has('debug')], [true, false]);
  });

  test('the last text wins, a negative number is a value, -- ends the options', () => {
    const given = parseGiven(sample, ['--path', 'a', '--path', '-5', '--', '--not-an-option']);
    assert.equal(given.text('path'), '-5');
    assert.deepEqual(given.words, ['--not-an-option']);
  });

  const refusals: readonly (readonly [string, string[], RegExp, RegExp])[] = [
    ['unknown option', ['a', '--pth', 'x'], /no option --pth/, /Did you mean --path\?/],
    ['inherited name', ['a', '--constructor'], /no option --constructor/, /--help/],
    ['unknown short option', ['a', '-x'], /no option -x/, /--help/],
    ['missing value', ['a', '--path'], /--path needs a value: --path PATH/, /^$/],
    ['an option as value', ['a', '--path', '--fresh'], /--path needs a value/, /--path=--fresh/],
    ['value of a flag', ['a', '--fresh=maybe'], /--fresh takes no value/, /--fresh=false/],
    ['missing word', ['--fresh'], /needs FILE\./, /Usage: millrace script push FILE…/],
    ['a token', ['a', '--token', 'abcdefgh12345'], /no option --token/, /MILLRACE_TOKEN/],
    ['a token after =', ['a', '--token=abcdefgh12345'], /no option --token/, /MILLRACE_TOKEN/],
  ];
  for (const [says, argv, message, hint] of refusals) {
    test(`refuses: ${says}`, () => {
      const error = refusal(() => parseGiven(sample, argv));
      assert.match(error.message, message);
      assert.match(error.hint ?? '', hint);
      assert.doesNotMatch(`${error.message} ${error.hint}`, /abcdefgh12345/);
    });
  }

  test('refuses a word too many', () => {
    const error = refusal(() => parseGiven({ ...sample, takes: 'ID' }, ['a', 'b']));
    assert.match(error.message, /does not take "b"/);
  });

  test('help needs no words', () => {
    assert.equal(parseGiven(sample, ['--help']).flag('help'), true);
  });
});

describe('wordLimits', () => {
  const table: readonly (readonly [string, number, number])[] = [
    ['', 0, 0],
    ['PATH', 1, 1],
    ['[PATH]', 0, 1],
    ['FILE…', 1, Infinity],
    ['[COMMAND…]', 0, Infinity],
  ];
  for (const [takes, least, most] of table) {
    test(`"${takes}"`, () => assert.deepEqual(wordLimits(takes), { least, most }));
  }
});

describe('choose', () => {
  const chosen: readonly (readonly [string[], string])[] = [
    [[], 'help '],
    [['--help'], 'help '],
    [['-h', 'job'], 'help job'],
    [['--version'], 'version'],
    [['job'], 'help job'],
    [['job', '--help'], 'help job'],
    [['job', 'list', '--json'], 'job list|--json'],
    [['doctor'], 'doctor|'],
    [['op', 'jobs.list', '--x', '1'], 'op|jobs.list,--x,1'],
  ];
  for (const [argv, expected] of chosen) {
    test(`millrace ${argv.join(' ')}`, () => {
      const found = choose(argv, commands);
      const shown =
        found.kind === 'command'
          ? `${found.command.name}|${found.argv.join()}`
          : found.kind === 'help'
            ? `help ${found.topic.join(' ')}`
            : 'version';
      assert.equal(shown, expected);
    });
  }

  const unknown: readonly (readonly [string[], RegExp])[] = [
    [['doctr'], /Did you mean "millrace doctor"\?/],
    [['jobs'], /Did you mean "millrace job"\?/],
    [['job', 'lst'], /Did you mean "millrace job list"\?/],
    [['push'], /Did you mean "millrace script push"\?/],
    [['list'], /"millrace script list" or "millrace job list" or "millrace templates list" or/],
    [['xyzzyx'], /See: millrace help/],
    [['--json', 'job', 'list'], /See: millrace help/],
  ];
  for (const [argv, hint] of unknown) {
    test(`refuses millrace ${argv.join(' ')}`, () => {
      assert.match(refusal(() => choose(argv, commands)).hint ?? '', hint);
    });
  }
});

describe('the declarations', () => {
  for (const command of commands) {
    test(command.name, () => {
      assert.match(command.summary, /^[A-Z].*\.$/);
      // Together with the names it has to fit one line of a terminal.
      assert.ok(command.summary.length <= 52, `${command.summary.length} characters`);
      for (const example of command.examples) {
        const line = example.replace(/^export \w+=\$\(|\)$/g, '').split(' | ')[0] ?? '';
        const argv = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
          ([, single, double, bare]) => single ?? double ?? bare ?? '',
        );
        assert.equal(argv.shift(), 'millrace', example);
        const found = choose(argv, commands);
        assert.ok(found.kind === 'command' && found.command === command, example);
        parseGiven(command, found.argv.slice(0, found.argv.indexOf('>') >>> 0));
      }
    });
  }
});
