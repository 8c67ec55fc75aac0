// The table of TypeScript types, row by row, through the door: a parameter as written, and the
// schema, need and default that come out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { AppError } from '../../base/index.ts';
import { inferSignature, type JsonSchema } from './index.ts';

const ajv = new Ajv2020({ strict: false });

const text = { type: 'string', originalType: 'string' };
const number = { type: 'number' };
const choice = (...choices: string[]) => ({
  type: 'string',
  originalType: 'enum',
  enum: choices,
});
const resource = (name: string) => ({ type: 'object', format: `resource-${name}` });

interface Row {
  /** The parameter as written; it is called `a`. */
  parameter: string;
  is: JsonSchema;
  /** Declarations before main. */
  given?: string;
  /** false by default when there is a value. */
  required?: boolean;
  value?: unknown;
}

const optional = { required: false };

const rows: Row[] = [
  { parameter: 'a: string', is: text },
  { parameter: 'a: number', is: number },
  { parameter: 'a: bigint', is: { type: 'integer' } },
  { parameter: 'a: boolean', is: { type: 'boolean' } },
  { parameter: 'a: object', is: { type: 'object' } },
  { parameter: 'a: any', is: {} },
  { parameter: 'a: unknown', is: {} },
  { parameter: 'a', is: {} },
  { parameter: 'a: (x: string) => void', is: {} },
  { parameter: 'a: [string, number]', is: {} },
  { parameter: 'a: number | string', is: {} },
  { parameter: 'a: String', is: text },
  { parameter: 'a: Date', is: { type: 'string', format: 'date-time' } },
  {
    parameter: 'a: Base64',
    is: { type: 'string', contentEncoding: 'base64', originalType: 'bytes' },
  },
  {
    parameter: 'a: wmill.Base64',
    is: { type: 'string', contentEncoding: 'base64', originalType: 'bytes' },
  },
  { parameter: 'a: Email', is: { type: 'string', format: 'email' } },
  { parameter: 'a: wmill.Sql', is: { type: 'string', format: 'sql' } },
  { parameter: 'a: `id-${string}`', is: text },
  { parameter: 'a: "x"', is: choice('x') },
  { parameter: 'a: "x" | "y"', is: choice('x', 'y') },
  { parameter: 'a: `x` | "y"', is: choice('x', 'y') },
  { parameter: 'a: "x" | "y" | null', is: choice('x', 'y'), ...optional },
  { parameter: 'a: "x" | string', is: text },
  { parameter: 'a: "x" | (string & {})', is: text },
  { parameter: 'a: 1 | 2 | -3', is: { type: 'number', enum: [1, 2, -3] } },
  { parameter: 'a: true | false', is: { type: 'boolean' } },
  { parameter: 'a?: string', is: text, ...optional },
  { parameter: 'a: string | null', is: text, ...optional },
  { parameter: 'a: string | undefined', is: text, ...optional },
  { parameter: 'a: null | number', is: number, ...optional },
  { parameter: 'a: string = "b"', is: text, value: 'b' },
  { parameter: 'a = "b"', is: text, value: 'b' },
  { parameter: 'a = 3', is: number, value: 3 },
  { parameter: 'a: number = -1.5', is: number, value: -1.5 },
  { parameter: 'a = true', is: { type: 'boolean' }, value: true },
  { parameter: 'a: bigint = 10n', is: { type: 'integer' }, value: 10 },
  { parameter: 'a: "x" | "y" = "x"', is: choice('x', 'y'), value: 'x' },
  { parameter: 'a: string = process.env.HOME', is: text, value: null },
  { parameter: 'a: Date = new Date()', is: { type: 'string', format: 'date-time' }, value: null },
  {
    parameter: 'a = [1, 2]',
    is: { type: 'array', items: number, originalType: 'number[]' },
    value: [1, 2],
  },
  {
    parameter: 'a = { b: "c", d: { e: [true] } } as const',
    is: {
      type: 'object',
      properties: {
        b: text,
        d: { type: 'object', properties: { e: { type: 'array', items: { type: 'boolean' } } } },
      },
    },
    value: { b: 'c', d: { e: [true] } },
  },
  {
    parameter: 'a: string[]',
    is: { type: 'array', items: { type: 'string' }, originalType: 'string[]' },
  },
  {
    parameter: 'a: readonly number[]',
    is: { type: 'array', items: number, originalType: 'number[]' },
  },
  {
    parameter: 'a: Array<string>',
    is: { type: 'array', items: { type: 'string' }, originalType: 'string[]' },
  },
  {
    parameter: 'a: ("x" | "y")[]',
    is: { type: 'array', items: { type: 'string', enum: ['x', 'y'] }, originalType: 'enum[]' },
  },
  {
    parameter: 'a: { b: string }[]',
    is: {
      type: 'array',
      items: { type: 'object', properties: { b: text }, required: ['b'] },
      originalType: 'object[]',
    },
  },
  {
    parameter: 'a: Record<string, string>[]',
    is: { type: 'array', items: { type: 'object' }, originalType: 'record[]' },
  },
  {
    parameter: 'a: RT.Postgresql[]',
    is: {
      type: 'array',
      items: { ...resource('postgresql'), resourceType: 'postgresql' },
      originalType: 'resource[]',
    },
  },
  {
    parameter: 'a: string[][]',
    is: {
      type: 'array',
      items: { type: 'array', items: { type: 'string' } },
    },
  },
  { parameter: 'a: RT.Postgresql', is: resource('postgresql') },
  { parameter: 'a: RT.CFooBar', is: resource('c_foo_bar') },
  { parameter: 'a: Resource<"my_api">', is: resource('my_api') },
  { parameter: 'a: Slack', is: resource('slack') },
  { parameter: 'a: S3Object', is: resource('s3_object') },
  { parameter: 'a: Slack | undefined', is: resource('slack'), ...optional },
  { parameter: 'a: DynSelect_colour', is: { type: 'object', format: 'dynselect-colour' } },
  { parameter: 'a: z.infer<typeof schema>', is: {} },
  { parameter: 'a: Record<string, number>', is: { type: 'object' } },
  { parameter: 'a: Map<string, number>', is: { type: 'object' } },
  { parameter: 'a: { [key: string]: number }', is: { type: 'object' } },
  { parameter: 'a: {}', is: { type: 'object' } },
  {
    parameter: 'a: { b: string; c?: number; "d e": boolean | null }',
    is: {
      type: 'object',
      properties: { b: text, c: number, 'd e': { type: 'boolean' } },
      required: ['b'],
    },
  },
  {
    parameter: 'a: Partial<{ b: string }>',
    is: { type: 'object', properties: { b: text } },
  },
  {
    parameter: 'a: { b: string } & { c: number }',
    is: { type: 'object', properties: { b: text, c: number }, required: ['b', 'c'] },
  },
  {
    parameter: 'a: Config',
    given: 'interface Config { host: string }',
    is: { ...resource('config'), properties: { host: text }, required: ['host'] },
  },
  {
    parameter: 'a: Config',
    given: 'export type Config = { host: string }',
    is: { ...resource('config'), properties: { host: text }, required: ['host'] },
  },
  {
    parameter: 'a: B',
    given: 'interface A { x: string } interface B extends A { y: number }',
    is: { ...resource('b'), properties: { x: text, y: number }, required: ['x', 'y'] },
  },
  {
    parameter: 'a: Tree',
    given: 'interface Tree { name: string; children: Tree[] }',
    is: {
      ...resource('tree'),
      properties: {
        name: text,
        children: { type: 'array', items: { type: 'object' }, originalType: 'record[]' },
      },
      required: ['name', 'children'],
    },
  },
  { parameter: 'a: Size', given: 'type Size = "s" | "m"', is: choice('s', 'm') },
  { parameter: 'a: Size', given: 'enum Size { S = "s", M = "m" }', is: choice('s', 'm') },
  { parameter: 'a: Level', given: 'enum Level { Low, High }', is: number },
  { parameter: 'a: Loop', given: 'type Loop = Loop | null', is: resource('loop'), ...optional },
  {
    parameter: 'a: { label: "one"; x: string } | { label: "two" }',
    is: {
      type: 'object',
      oneOf: [
        {
          type: 'object',
          title: 'one',
          properties: { label: choice('one'), x: text },
          required: ['label', 'x'],
        },
        {
          type: 'object',
          title: 'two',
          properties: { label: choice('two') },
          required: ['label'],
        },
      ],
    },
  },
  {
    parameter: 'a: Circle | Square',
    given: 'type Circle = { kind: "circle"; r: number }; interface Square { kind: "square" }',
    is: {
      type: 'object',
      oneOf: [
        {
          type: 'object',
          title: 'circle',
          properties: { kind: choice('circle'), r: number },
          required: ['kind', 'r'],
        },
        {
          type: 'object',
          title: 'square',
          properties: { kind: choice('square') },
          required: ['kind'],
        },
      ],
    },
  },
  { parameter: 'a: { x: string } | { y: string }', is: { type: 'object' } },
  { parameter: '/** the words */ a: string', is: { ...text, description: 'the words' } },
];

test(`the table: ${rows.length} rows`, async (t) => {
  for (const { parameter, is, given = '', ...row } of rows) {
    await t.test(`${given} ${parameter}`.trim(), async () => {
      const content = `${given}\nexport async function main(${parameter}) {}`;
      const { schema, parameters } = await inferSignature('bun', content);
      const properties = schema['properties'] as Record<string, JsonSchema>;
      const required = row.required ?? !('value' in row);
      assert.deepEqual(properties['a'], { ...is, default: row.value ?? null });
      assert.deepEqual(parameters, [{ name: 'a', required }]);
      assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
    });
  }
});

const names = async (content: string, entrypoint?: string): Promise<string[]> => {
  const signature = await inferSignature('deno', content, entrypoint);
  return signature.parameters.map((parameter) => parameter.name);
};

test('the whole schema, in the order of the parameters', async () => {
  const content = 'export function main(b: string, a = 1, c?: boolean) {}';
  assert.deepEqual((await inferSignature('nativets', content)).schema, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      b: { ...text, default: null },
      a: { ...number, default: 1 },
      c: { type: 'boolean', default: null },
    },
    required: ['b'],
    order: ['b', 'a', 'c'],
  });
});

test('every way to write and export the entry point', async () => {
  const forms = [
    'export function main(a: string) {}',
    'export async function main(a: string) {}',
    'export async function* main(a: string) {}',
    'export const main = (a: string) => a',
    'export const main = async (a: string): Promise<void> => {}',
    'export const main = async function (a: string) {}',
    'export let main = (async (a: string) => {}) satisfies Main',
    'async function main(a: string) {}\nexport { main }',
    'function run(a: string) {}\nexport { run as main }',
    'export function main(a: string): void; export function main(a: any) {}',
    'export function main(this: void, a: string) {}',
    '#!/usr/bin/env bun\nexport function main(a: string) {}',
  ];
  for (const content of forms) {
    const signature = await inferSignature('bun', content);
    assert.deepEqual(
      signature.parameters.map((parameter) => parameter.name),
      ['a'],
      content,
    );
    assert.equal(signature.autoKind, null);
  }
});

test('a workflow is told from other scripts, as main or as the default export', async () => {
  const body = 'workflow(async (a: string) => {})';
  for (const content of [
    `export const main = ${body}`,
    `export const main = wmill.${body}`,
    `export default ${body}`,
    `const flow = ${body}\nexport default flow`,
  ]) {
    const { autoKind, parameters } = await inferSignature('bun', content);
    assert.deepEqual([autoKind, parameters[0]?.name], ['wac', 'a'], content);
  }
  for (const content of ['export default async (a: string) => {}', `const main = ${body}`]) {
    assert.equal((await inferSignature('bun', content)).autoKind, 'lib', content);
  }
});

test('a script without an exported main is a library', async () => {
  for (const content of ['', '// nothing', 'export const x = 1', 'function main(a: string) {}']) {
    const { autoKind, parameters, schema } = await inferSignature('bun', content);
    assert.equal(autoKind, 'lib', content);
    assert.deepEqual(parameters, []);
    assert.deepEqual([schema['properties'], schema['order']], [{}, []]);
  }
});

test('finds a preprocessor, and reads another entry point when asked', async () => {
  const content =
    'export function preprocessor(event: object) { return {} }\n' +
    'export function main(a: string) {}';
  const signature = await inferSignature('bun', content);
  assert.equal(signature.hasPreprocessor, true);
  assert.deepEqual(await names(content, 'preprocessor'), ['event']);
  assert.equal((await inferSignature('bun', 'export function main() {}')).hasPreprocessor, false);
});

test('parameters that are taken apart get names of their own', async () => {
  const content =
    'export function main({ b }: { b: string }, x: number, { c } = { c: 1 }) { return b + c + x }';
  const { parameters } = await inferSignature('bun', content);
  assert.deepEqual(parameters, [
    { name: 'anon1', required: true },
    { name: 'x', required: true },
    { name: 'anon2', required: false },
  ]);
});

test('describes parameters from the doc comment', async () => {
  const content = `
/**
 * Sends it.
 * @param to who gets it,
 *   by mail
 * @param {string} [subject=none] - what it is about
 * @returns nothing
 */
export async function main(to: string, subject = 'none') {}`;
  const { schema } = await inferSignature('bun', content);
  const properties = schema['properties'] as Record<string, JsonSchema>;
  assert.equal(properties['to']?.['description'], 'who gets it, by mail');
  assert.equal(properties['subject']?.['description'], 'what it is about');
});

test('names of the prototype are names like others', async () => {
  const content =
    'export function main(__proto__: string, constructor = 1, toString: { __proto__: number }) {}';
  const { schema, parameters } = await inferSignature('bun', content);
  const properties = schema['properties'] as Record<string, JsonSchema>;
  const expected = ['__proto__', 'constructor', 'toString'];
  assert.deepEqual(Object.keys(properties), expected);
  assert.deepEqual(
    parameters.map((parameter) => parameter.name),
    expected,
  );
  assert.equal(Object.getPrototypeOf(properties), Object.prototype);
  assert.match(JSON.stringify(properties), /"__proto__":\{"type":"string"/);
});

interface Refusal {
  content: string;
  says: RegExp;
  line?: number;
  column?: number;
}

const refusals: Refusal[] = [
  { content: 'export function main(', says: /script\.ts:1:22: /, line: 1, column: 22 },
  { content: 'const é = "ü";\nlet 1x;', says: /script\.ts:2:\d/, line: 2 },
  { content: 'export function main(...rest: string[]) {}', says: /main takes a rest parameter/ },
  { content: 'export function main([a]: string[]) {}', says: /takes an array apart/ },
  { content: 'export function main(x: string) { return "', says: /script\.ts:1/ },
];

test('says where code does not parse, and what main may not take', async () => {
  for (const { content, says, line, column } of refusals) {
    await assert.rejects(inferSignature('bun', content), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'unprocessable');
      assert.match(error.message, says);
      assert.ok(error.hint);
      if (line !== undefined) assert.equal(error.details?.['line'], line);
      if (column !== undefined) assert.equal(error.details?.['column'], column);
      return true;
    });
  }
});

test('hostile sources end nothing but their own request', async () => {
  const deep = [
    `export const x = ${'('.repeat(100_000)}1`,
    `export const x = ${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    `type T = ${'{a:'.repeat(30_000)}string${'}'.repeat(30_000)}; export function main(a: T) {}`,
  ];
  for (const content of deep) {
    await assert.rejects(inferSignature('bun', content), { code: 'unprocessable' });
  }
  assert.deepEqual(await names('export function main(a: string) {}'), ['a']);
});

test('types that nest or multiply stay small', async () => {
  const nested = `${'{a:'.repeat(300)}string${'}'.repeat(300)}`;
  assert.deepEqual(await names(`export function main(a: ${nested}) {}`), ['a']);
  const doubling = Array.from(
    { length: 40 },
    (_, index) => `type T${index} = { l: T${index + 1}; r: T${index + 1} };`,
  ).join('\n');
  const { schema } = await inferSignature('bun', `${doubling}\nexport function main(a: T0) {}`);
  assert.ok(JSON.stringify(schema).length < 1_000_000);
  const chain = Array.from(
    { length: 3_000 },
    (_, index) => `interface I${index} extends I${index + 1} { f${index}: string }`,
  ).join('\n');
  assert.deepEqual(await names(`${chain}\nexport function main(a: I0) {}`), ['a']);
});

test('reads a source of 1 MB', async () => {
  const filler = 'export const list = [\n' + '  "some words that fill a line",\n'.repeat(33_000);
  const content = `${filler}];\nexport async function main(a: string, b = 2) { return list }`;
  assert.ok(content.length > 1_000_000);
  assert.deepEqual(await names(content), ['a', 'b']);
});
