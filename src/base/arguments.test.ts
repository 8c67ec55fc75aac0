// What a model is told about arguments that do not fit, and the bounds of the check.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './index.ts';
import { createArgumentCheck } from './arguments.ts';
import { createLru } from './lru.ts';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    count: { type: 'number', minimum: 1 },
    colour: { enum: ['red', 'green'] },
    point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    code: { type: 'string', pattern: '^(a+)+$' },
  },
  required: ['name'],
  additionalProperties: false,
};

const problems: [string, Record<string, unknown>, string[] | undefined][] = [
  ['what fits passes', { name: 'x', count: 2, point: { x: 1 }, either: 1 }, undefined],
  ['a missing one', {}, ['name: missing, accepted: string']],
  ['text for a number', { name: 'x', count: '3' }, ['count: given "3" (string), accepted: number']],
  [
    'null',
    { name: null },
    ['name: given null (null), accepted: string; leave the argument out to use its default'],
  ],
  ['out of range', { name: 'x', count: 0 }, ['count: given 0 (number), must be >= 1']],
  [
    'no choice',
    { name: 'x', colour: 'gren' },
    ['colour: given "gren" (string), accepted: one of "red", "green"; did you mean "green"?'],
  ],
  ['deep', { name: 'x', point: { x: 'y' } }, ['point.x: given "y" (string), accepted: number']],
  ['missing deep', { name: 'x', point: {} }, ['point.x: missing, accepted: number']],
  [
    'unknown',
    { name: 'x', coutn: 1 },
    [
      'coutn: unknown argument; did you mean "count"? accepted: ' +
        'name, count, colour, point, either, code',
    ],
  ],
  [
    'no form fits',
    { name: 'x', either: true },
    ['either: given true (boolean), accepted: one of the forms that the schema lists'],
  ],
  [
    'two problems',
    { count: 'x' },
    ['name: missing, accepted: string', 'count: given "x" (string), accepted: number'],
  ],
];

const check = createArgumentCheck(createLog('error'));
for (const [what, given, expected] of problems) {
  test(what, async () => assert.deepEqual(await check.check('k', schema, given), expected));
}

test('a pattern cannot hold up the server: the script judges it', async () => {
  const given = { name: 'x', code: `${'a'.repeat(200)}!` };
  assert.equal(await check.check('k', schema, given), undefined);
});

test('long values are cut, and at most five problems are told', async () => {
  const properties = Object.fromEntries(
    'abcdefg'.split('').map((key) => [key, { type: 'number' }]),
  );
  const given = Object.fromEntries('abcdefg'.split('').map((key) => [key, 'y'.repeat(1000)]));
  const told = await check.check('many', { type: 'object', properties }, given);
  assert.equal(told?.length, 5);
  assert.ok(told.every((line) => line.length < 200));
});

test('a schema that does not compile, or is huge, lets the script judge', async () => {
  const broken = { properties: { a: { $ref: '#/$defs/missing' } } };
  assert.equal(await check.check('broken', broken, { a: 1 }), undefined);
  const huge = { properties: { a: { type: 'number', description: 'x'.repeat(300_000) } } };
  assert.equal(await check.check('huge', huge, { a: 'x' }), undefined);
});

test('the cache forgets the oldest by count and by weight', () => {
  const lru = createLru<string>({ maxEntries: 3, maxWeight: 10, weigh: (text) => text.length });
  for (const key of ['a', 'b', 'c']) lru.set(key, 'xx');
  lru.get('a');
  lru.set('d', 'xx');
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.size], ['xx', undefined, 3]);
  lru.set('e', 'x'.repeat(8));
  assert.deepEqual([lru.get('e')?.length, lru.size], [8, 2]);
  lru.set('f', 'x'.repeat(11));
  assert.equal(lru.get('f'), undefined);
});
