// Schemas as such: whatever types there are, the result is valid JSON Schema; and what people added
// to one survives the next deploy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { mergeSchema } from './index.ts';
import { signatureOf } from './schema.ts';
import type { ArgType, Field } from './signature.ts';

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const keys = ['a', 'b c', '', '__proto__', 'constructor', 'ü', '$ref', 'type'];

function randomType(next: () => number, depth: number): ArgType {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(next() * values.length)] as Value;
  const fields = (): Field[] =>
    [...new Set([pick(keys), pick(keys)])].map((key) => ({
      key,
      type: randomType(next, depth - 1),
      required: next() < 0.5,
      description: 'words',
    }));
  const leaves: ArgType[] = [
    { kind: 'unknown' },
    { kind: 'boolean' },
    { kind: 'integer' },
    { kind: 'bytes' },
    { kind: 'datetime' },
    { kind: 'date' },
    { kind: 'string' },
    { kind: 'string', choices: ['x', 'y'] },
    { kind: 'string', format: 'email' },
    { kind: 'number' },
    { kind: 'number', choices: [1, 2] },
    { kind: 'resource', name: 'slack' },
    { kind: 'dynamicSelect', name: 'colour' },
    { kind: 'object' },
  ];
  if (depth === 0) return pick(leaves);
  return pick<() => ArgType>([
    () => pick(leaves),
    () => ({ kind: 'list', item: randomType(next, depth - 1) }),
    () => ({ kind: 'object', name: 'named', fields: fields() }),
    () => ({ kind: 'object', fields: fields() }),
    () => ({ kind: 'oneOf', variants: [{ label: 'one', fields: fields() }] }),
  ])();
}

test('every signature gives a valid schema of the 2020-12 dialect', () => {
  const next = randomNumbers(7);
  const ajv = new Ajv2020({ strict: false });
  for (let round = 0; round < 500; round += 1) {
    const read = keys.map((key) => ({
      key,
      type: randomType(next, 4),
      required: next() < 0.5,
      default: null,
    }));
    const { schema } = signatureOf({ arguments: read, autoKind: null, hasPreprocessor: false });
    const again: unknown = JSON.parse(JSON.stringify(schema));
    assert.equal(ajv.validateSchema(again as object), true, ajv.errorsText());
    assert.deepEqual(schema['order'], keys);
    assert.deepEqual(Object.keys(schema['properties'] as object).toSorted(), keys.toSorted());
  }
});

const inferred = (properties: Record<string, unknown>) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties,
  required: ['a'],
  order: Object.keys(properties),
});

const text = { type: 'string', originalType: 'string', default: null };

interface Merge {
  says: string;
  now: Record<string, unknown>;
  before: Record<string, unknown>;
  is: Record<string, unknown>;
}

const merges: Merge[] = [
  {
    says: 'words and rules of people stay',
    now: text,
    before: {
      ...text,
      description: 'who',
      pattern: '^a',
      title: 'A',
      placeholder: 'b',
      minLength: 1,
    },
    is: { ...text, description: 'who', pattern: '^a', title: 'A', placeholder: 'b', minLength: 1 },
  },
  {
    says: 'the default is what the code says',
    now: { ...text, default: 'new' },
    before: { ...text, default: 'old' },
    is: { ...text, default: 'new' },
  },
  {
    says: 'a description in the code is newer than one in the form',
    now: { ...text, description: 'new' },
    before: { ...text, description: 'old' },
    is: { ...text, description: 'new' },
  },
  {
    says: 'choices of the code replace older ones',
    now: { type: 'string', originalType: 'enum', enum: ['x'], default: null },
    before: { type: 'string', originalType: 'enum', enum: ['y'], default: null, title: 'A' },
    is: { type: 'string', originalType: 'enum', enum: ['x'], default: null, title: 'A' },
  },
  {
    says: 'choices and format that only people gave stay',
    now: text,
    before: { ...text, enum: ['x'], format: 'email' },
    is: { ...text, enum: ['x'], format: 'email' },
  },
  {
    says: 'what hangs on the type goes with the type',
    now: { type: 'number', default: null },
    before: { ...text, enum: ['x'], contentEncoding: 'base64', description: 'who' },
    is: { type: 'number', default: null, description: 'who' },
  },
  {
    says: 'a type that people chose stays where the code has none',
    now: { default: null },
    before: { type: 'string', format: 'email', default: null },
    is: { type: 'string', format: 'email', default: null },
  },
  {
    says: 'fields of objects and items of lists too',
    now: {
      type: 'object',
      properties: { b: text, l: { type: 'array', items: { type: 'number' } } },
      default: null,
    },
    before: {
      type: 'object',
      properties: {
        b: { ...text, description: 'who' },
        l: { type: 'array', items: { type: 'number', minimum: 3 } },
        gone: text,
      },
      default: null,
    },
    is: {
      type: 'object',
      properties: {
        b: { ...text, description: 'who' },
        l: { type: 'array', items: { type: 'number', minimum: 3 } },
      },
      default: null,
    },
  },
];

for (const { says, now, before, is } of merges) {
  test(`merging: ${says}`, () => {
    const merged = mergeSchema(inferred({ a: now }), inferred({ a: before, old: text }));
    assert.deepEqual(merged, inferred({ a: is }));
  });
}

test('merging keeps the order of the form, and what else people wrote', () => {
  const now = inferred({ a: text, b: text, c: text });
  const before = { ...inferred({}), order: ['gone', 'b', 'a'], description: 'the form' };
  const merged = mergeSchema(now, before);
  assert.deepEqual(merged['order'], ['b', 'a', 'c']);
  assert.equal(merged['description'], 'the form');
  assert.deepEqual(merged['required'], ['a']);
});

test('merging with a broken or hostile schema changes nothing but its own keys', () => {
  const now = inferred({ a: text });
  for (const before of [{}, { properties: null }, { properties: [1], order: 'x' }]) {
    assert.deepEqual(mergeSchema(now, before)['properties'], now.properties);
  }
  const hostile = JSON.parse(
    '{"properties":{"a":{"__proto__":{"x":1},"constructor":2}}}',
  ) as object;
  mergeSchema(now, { ...hostile });
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});
