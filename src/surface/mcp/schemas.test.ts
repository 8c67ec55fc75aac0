// The repairs of stored schemas, one row each, and the shape of the root.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { declaredArguments, repairSchema, toolSchemaOf } from './schemas.ts';

const repairs: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['integer is listed as number', { type: 'integer', minimum: 1 }, { type: 'number', minimum: 1 }],
  ['an invalid type goes', { type: '', description: 'x' }, { description: 'x' }],
  [
    'a type list is cleaned',
    { type: ['integer', 'number', 'null', 'any'] },
    { type: ['number', 'null'] },
  ],
  [
    'properties mean an object',
    { properties: { a: {} } },
    { properties: { a: {} }, type: 'object' },
  ],
  [
    'items mean an array',
    { items: { type: 'string' } },
    { items: { type: 'string' }, type: 'array' },
  ],
  [
    'draft-7 tuples become prefixItems',
    { items: [{ type: 'string' }] },
    { prefixItems: [{ type: 'string' }], type: 'array' },
  ],
  ['a null default goes', { type: 'string', default: null }, { type: 'string' }],
  [
    'a null default stays where null is allowed',
    { type: ['string', 'null'], default: null },
    { type: ['string', 'null'], default: null },
  ],
  ['an enum that is no list goes', { type: 'string', enum: 'a' }, { type: 'string' }],
  ['an empty enum goes', { type: 'string', enum: [] }, { type: 'string' }],
  ['a boolean required goes', { type: 'string', required: true }, { type: 'string' }],
  [
    'interface hints go',
    { type: 'string', originalType: 'enum', order: ['a'], password: true, format: '' },
    { type: 'string' },
  ],
  [
    'a custom format goes, a standard one stays',
    { anyOf: [{ format: 'sql' }, { format: 'date-time' }] },
    { anyOf: [{}, { format: 'date-time' }] },
  ],
  ['a broken pattern goes', { pattern: '(' }, {}],
  ['numbers in text go', { minLength: '3', minimum: '1', multipleOf: 0 }, {}],
  ['a reference elsewhere goes', { $ref: 'https://example.com/schema.json' }, {}],
  ['a header binding goes', { type: 'string', 'x-mcp-header': 'Name' }, { type: 'string' }],
];

for (const [what, stored, listed] of repairs) {
  test(what, () => assert.deepEqual(repairSchema(stored), listed));
}

test('repairs reach every depth', () => {
  const stored = {
    type: 'object',
    properties: { list: { items: { allOf: [{ properties: { n: { type: 'integer' } } }] } } },
    additionalProperties: { type: 'integer' },
  };
  assert.deepEqual(JSON.parse(JSON.stringify(repairSchema(stored))), {
    type: 'object',
    properties: {
      list: {
        type: 'array',
        items: { allOf: [{ type: 'object', properties: { n: { type: 'number' } } }] },
      },
    },
    additionalProperties: { type: 'number' },
  });
});

test('a resource is a path, in both stored forms and inside lists', () => {
  const stored = {
    properties: {
      db: { type: 'object', format: 'resource-postgresql', description: 'Where to write.' },
      many: { type: 'array', items: { type: 'resource', resourceType: 's3' } },
    },
  };
  const { properties } = toolSchemaOf(stored).schema as {
    properties: { db: Record<string, string>; many: { items: Record<string, string> } };
  };
  assert.equal(properties.db['type'], 'string');
  assert.match(properties.db['description'] ?? '', /^Where to write\. .*postgresql.*\$res:<path>/);
  assert.match(properties.many.items['description'] ?? '', /type s3.*none of this type yet/);
});

test('the root is a plain object, whatever is stored', () => {
  for (const stored of [null, 'x', [], {}, { type: 'string', oneOf: [{ type: 'string' }] }]) {
    assert.deepEqual(JSON.parse(JSON.stringify(toolSchemaOf(stored).schema)), {
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  }
});

test('argument names are cleaned, stay apart, and lead back', () => {
  const stored = {
    properties: { 'a b': {}, a_b: {}, 'e-mail': {}, ü: {}, '': {}, ['x'.repeat(70)]: {} },
    required: ['a b', 'e-mail', 'gone'],
  };
  const schema = toolSchemaOf(stored);
  const names = Object.keys(schema.schema['properties'] as object);
  assert.deepEqual(names, ['a_b_2', 'a_b', 'email', 'argument', 'argument_2', 'x'.repeat(60)]);
  assert.deepEqual(schema.schema['required'], ['a_b_2', 'email']);
  assert.deepEqual(schema.optional, ['a_b', 'argument', 'argument_2', 'x'.repeat(60)]);
  assert.deepEqual(declaredArguments(schema, { a_b_2: 1, a_b: 2, email: 3, argument: 4 }), {
    'a b': 1,
    a_b: 2,
    'e-mail': 3,
    ü: 4,
  });
});

test('a huge schema is listed as names alone', () => {
  const huge = { type: 'object', description: 'x'.repeat(70_000) };
  assert.deepEqual(toolSchemaOf({ properties: { huge, n: { type: 'integer' } } }).schema, {
    type: 'object',
    properties: { huge: {}, n: {} },
    additionalProperties: false,
  });
});

test('local definitions stay usable; deep and hostile schemas end well', () => {
  const withDefs = toolSchemaOf({
    properties: { p: { $ref: '#/$defs/point' } },
    $defs: { point: { properties: { x: { type: 'integer' } } } },
  }).schema;
  const check = new Ajv2020({ strict: false }).compile(withDefs);
  assert.equal(check({ p: { x: 1 } }), true);
  assert.equal(check({ p: { x: '1' } }), false);

  let deep: Record<string, unknown> = { type: 'integer' };
  for (let depth = 0; depth < 5000; depth += 1) deep = { items: deep };
  assert.ok(JSON.stringify(toolSchemaOf({ properties: { deep } }).schema).length < 2000);
  const proto = toolSchemaOf(JSON.parse('{"properties":{"__proto__":{"type":"integer"}}}'));
  assert.equal(JSON.stringify(proto.schema['properties']), '{"__proto__":{"type":"number"}}');
});
