// The catalog as the server publishes it: every field is described and bounded, and every public
// change is a visible difference in `catalog.txt`, which `--test-update-snapshots` writes anew.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { confirmation } from '../src/operation/index.ts';
import { startTestServer, type TestServer } from './kit/server.ts';

interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  [key: string]: unknown;
}

interface Operation {
  name: string;
  post: { 'x-risk'?: string; 'x-action'?: string; 'x-mcp-tool'?: string };
  input: Schema;
  output: Schema;
}

const bounds: Readonly<Record<string, readonly string[]>> = {
  string: ['maxLength', 'enum', 'const', 'format', 'pattern'],
  number: ['maximum', 'enum', 'const'],
  integer: ['maximum', 'enum', 'const'],
  array: ['maxItems'],
};

/** What lacks a bound in `schema`, by its place; a nullable field is looked through. */
function unbounded(schema: Schema, place: string): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((each) => unbounded(each, place));
  const needed = bounds[String(schema.type)] ?? [];
  const missing = needed.length > 0 && needed.every((key) => schema[key] === undefined);
  const inner = schema.items ? unbounded(schema.items, `${place}[]`) : [];
  return [...(missing ? [`${place} has no bound`] : []), ...inner, ...fieldProblems(schema, place)];
}

function fieldProblems(schema: Schema, place: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inside = `${place}.${name}`;
    const described = (field.description ?? '') !== '';
    return [...(described ? [] : [`${inside} has no description`]), ...unbounded(field, inside)];
  });
}

function inputProblems({ name, input }: Operation): string[] {
  const loose = input.type === 'object' && input.additionalProperties !== false;
  return [...(loose ? [`${name} takes unknown fields`] : []), ...fieldProblems(input, name)];
}

/** `{ id, reason? }`, sorted; the type where it is no object. */
function shape(schema: Schema): string {
  if (schema.type === 'array') return `${shape(schema.items ?? {})}[]`;
  if (!schema.properties) return String(schema.type ?? 'any');
  const required = new Set(schema.required);
  const names = Object.keys(schema.properties).toSorted();
  return `{ ${names.map((name) => (required.has(name) ? name : `${name}?`)).join(', ')} }`;
}

function line({ name, post, input, output }: Operation): string {
  const tool = post['x-mcp-tool'] === undefined ? '' : `, tool ${post['x-mcp-tool']}`;
  return [
    `${name} (${post['x-risk']}, ${post['x-action']}${tool})`,
    `  in  ${shape(input)}`,
    `  out ${shape(output)}`,
  ].join('\n');
}

describe('the catalog', () => {
  let server: TestServer;
  let operations: Operation[];
  before(async () => {
    server = await startTestServer();
    const answer = await server.fetch('/api/openapi.json', { token: null });
    const { paths } = (await answer.json()) as { paths: Record<string, { post: any }> };
    operations = Object.entries(paths).map(([path, { post }]) => ({
      name: path.replace('/api/op/', ''),
      post,
      input: post.requestBody.content['application/json'].schema,
      output: post.responses['200'].content['application/json'].schema,
    }));
  });
  after(() => server.stop());

  it('describes and bounds every input', () => {
    assert.ok(operations.length > 50, `only ${operations.length} operations`);
    const problems = operations.flatMap(inputProblems);
    assert.deepEqual(problems, [], 'give these a .describe() and a bound');
  });

  it('marks as high risk exactly what a model has to ask about', () => {
    const marked = operations.filter(({ post }) => post['x-risk'] === 'high_risk');
    const asked = confirmation.operations.filter((name) => name !== 'variables.reveal');
    assert.deepEqual(marked.map(({ name }) => name).toSorted(), asked.toSorted());
    const deleting = operations.filter(({ name }) => /\.(?:delete|erase)/.test(name));
    const unasked = deleting.filter(({ post }) => post['x-risk'] !== 'high_risk');
    assert.deepEqual(
      unasked.map(({ name }) => name),
      // Withdraws a right, which no model may do at all (`withinMcp`).
      ['tokens.delete'],
    );
  });

  it('finds what is not described, bounded or strict', () => {
    const input: Schema = {
      type: 'object',
      properties: {
        a: { type: 'string', description: 'free' },
        b: { type: 'array', maxItems: 5, items: { type: 'integer' } },
        c: { anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }], description: 'fine' },
      },
    };
    assert.deepEqual(inputProblems({ name: 'x.y', post: {}, input, output: {} }), [
      'x.y takes unknown fields',
      'x.y.a has no bound',
      'x.y.b has no description',
      'x.y.b[] has no bound',
    ]);
  });

  it('is as it was', (t) => {
    const file = fileURLToPath(new URL('catalog.txt', import.meta.url));
    const text = `${operations.map(line).join('\n')}\n`;
    t.assert.fileSnapshot(text, file, { serializers: [(value: string) => value] });
  });
});
