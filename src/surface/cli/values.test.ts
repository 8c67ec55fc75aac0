// Values of the command line: fields by their schema, pairs, objects; files by their names.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AppError } from '../../base/index.ts';
import { expiryOf } from './numbers.ts';
import { languageOf, scriptPathOf } from './source-file.ts';
import { type FieldSchema, fieldValue, givenObject, splitPair } from './values.ts';

describe('fieldValue', () => {
  const table: readonly (readonly [FieldSchema, string, unknown])[] = [
    [{ type: 'string' }, '5', '5'],
    [{ type: 'string' }, '{"a":1}', '{"a":1}'],
    [{ type: 'integer' }, '5', 5],
    [{ type: 'number' }, '-1.5', -1.5],
    [{ type: 'boolean' }, 'false', false],
    [{ type: 'array', items: { type: 'string' } }, 'a, b', ['a', 'b']],
    [{ type: 'array', items: { type: 'integer' } }, '1,2', [1, 2]],
    [{ type: 'array' }, '[1,"x"]', [1, 'x']],
    [{ type: 'object' }, '{"a":1}', { a: 1 }],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'null', null],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'x', 'x'],
    [{ enum: ['a', 'b'] }, 'a', 'a'],
    [{ type: ['string', 'integer'] }, '7', 7],
    [{}, '7', 7],
    [{}, 'plain words', 'plain words'],
  ];
  for (const [schema, text, expected] of table) {
    test(`${JSON.stringify(schema)} "${text}"`, () => {
      assert.deepEqual(fieldValue('--x', text, schema), expected);
    });
  }

  const refused: readonly (readonly [FieldSchema, string, RegExp])[] = [
    [{ type: 'integer' }, '1.5', /^--x takes an integer, not "1\.5"\.$/],
    [{ type: 'boolean' }, 'yes', /^--x takes a boolean, not "yes"\.$/],
    [{ type: 'object' }, '[1]', /^--x takes an object, not "\[1\]"\.$/],
    [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, 'x', /takes a number, not "x"/],
    [{ type: 'array', items: { type: 'number' } }, '1,x', /takes a number, not "x"/],
    [{ type: 'number' }, 'y'.repeat(200), /not "y{60}…"\.$/],
  ];
  for (const [schema, text, message] of refused) {
    test(`refuses ${JSON.stringify(schema)} "${text.slice(0, 10)}"`, () => {
      assert.throws(() => fieldValue('--x', text, schema), { message });
    });
  }
});

test('splitPair splits at the first =', () => {
  assert.deepEqual(splitPair('a=b=c'), ['a', 'b=c']);
  assert.deepEqual(splitPair('a='), ['a', '']);
  for (const text of ['a', '=b', '']) {
    assert.throws(() => splitPair(text), { message: /is not NAME=VALUE/ });
  }
});

describe('givenObject', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.json');
  writeFileSync(file, '{"from":"file"}');
  const input = async (): Promise<string> => '{"from":"input"}';

  test('text, file, standard input, nothing', async () => {
    assert.deepEqual(await givenObject('{"a":1}', input), { a: 1 });
    assert.deepEqual(await givenObject(`@${file}`, input), { from: 'file' });
    assert.deepEqual(await givenObject('-', input), { from: 'input' });
    assert.deepEqual(await givenObject(undefined, input), {});
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['{a:1}', /^-d is not JSON\.$/],
    ['[1]', /^-d is JSON, but not an object\.$/],
    ['null', /^-d is JSON, but not an object\.$/],
    [`@${file}x`, /a\.jsonx cannot be read: there is no such file\.$/],
    [`@${folder}`, /cannot be read: it is a folder\.$/],
  ];
  for (const [text, message] of refused) {
    test(`refuses ${text.replace(folder, '…')}`, async () => {
      await assert.rejects(givenObject(text, input), { message });
    });
  }
});

describe('a file names its script', () => {
  const paths: readonly (readonly [string, string, string])[] = [
    ['f/team/report.ts', '/repo', 'f/team/report'],
    ['./scripts/f/team/sub/report.deno.ts', '/repo', 'f/team/sub/report'],
    ['u/ann/x.py', '/u/repo/y', 'u/ann/x'],
    ['report.sh', '/repo/f/team', 'f/team/report'],
    ['../other/x.ts', '/repo/f/team', 'f/other/x'],
    ['f/team/f/x.ts', '/repo', 'f/team/f/x'],
    ['f/team/a.b.ts', '/repo', 'f/team/a.b'],
    ['f/team/rates.fetch.ts', '/repo', 'f/team/rates'],
  ];
  for (const [file, folder, path] of paths) {
    test(`${file} in ${folder}`, () => assert.equal(scriptPathOf(file, folder), path));
  }
  for (const file of ['report.ts', 'f/report.ts', 'src/report.ts']) {
    test(`${file} does not`, () => {
      assert.throws(
        () => scriptPathOf(file, '/repo'),
        (error: AppError) => {
          assert.match(error.hint ?? '', /--path f\/folder\/name/);
          return true;
        },
      );
    });
  }

  test('and its language', () => {
    const table = { 'a.ts': 'bun', 'a.bun.ts': 'bun', 'a.deno.ts': 'deno', 'a.py': 'python3' };
    for (const [file, language] of Object.entries(table)) assert.equal(languageOf(file), language);
    assert.equal(languageOf('a.fetch.ts'), 'nativets');
    assert.equal(languageOf('dir.py/a.sh'), 'bash');
    const others = { 'a.rb': 'ruby', 'a.php': 'php', 'a.pg.sql': 'postgresql', 'a.gql': 'graphql' };
    for (const [file, language] of Object.entries(others)) {
      assert.equal(languageOf(file), language);
    }
    assert.throws(() => languageOf('a.sql'), { message: /does not tell the language/ });
  });
});

test('expiryOf takes spans and dates that lie ahead', () => {
  const now = Date.UTC(2026, 10, 21);
  assert.equal(expiryOf('90d', now), new Date(now + 90 * 86_400_000).toISOString());
  assert.equal(expiryOf('2027-01-31', now), '2027-01-31T00:00:00.000Z');
  assert.throws(() => expiryOf('2020-01-31', now), { message: /in the past/ });
  for (const text of ['soon', '0d', '5', '2027']) {
    assert.throws(() => expiryOf(text, now), { message: /does not understand/ }, text);
  }
});
