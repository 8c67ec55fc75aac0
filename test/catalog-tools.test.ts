// Every listed tool is one that the strictest clients accept, and docs/reference/mcp-tools.md is
// what the server lists: `--test-update-snapshots` writes it anew.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startTestServer, type TestServer } from './kit/server.ts';
import type { Loose } from './mcp/kit.ts';
import { modelAt } from './mcp/model.ts';

const head = `# MCP tools

Every tool that an assistant can be given beside your scripts and flows, as the server lists them.
What a token lists is what it may call: [tokens and scopes](../how-to/tokens-and-scopes.md).
Deployed scripts are tools \`s-…\`, flows \`f-…\`, with the arguments of their \`main\` or schema.
The last three are listed by connections that search:
[many scripts, many tools](../how-to/many-tools.md).

This page is written by a test from what the server answers.
`;

function effectOf({ readOnlyHint, destructiveHint, idempotentHint, openWorldHint }: Loose): string {
  if (readOnlyHint) return 'Changes nothing.';
  const parts = [
    destructiveHint ? 'may destroy' : 'destroys nothing',
    idempotentHint ? 'the same again changes nothing' : 'each call does it again',
    ...(openWorldHint ? ['may reach other systems'] : []),
  ];
  return `Writes: ${parts.join('; ')}.`;
}

function typeOf({ type, enum: choices }: Loose): string {
  if (choices) return choices.map((choice: unknown) => `\`${String(choice)}\``).join(', ');
  return type === undefined ? 'any' : [type].flat().join(' or ');
}

function section({ name, title, description, inputSchema, annotations }: Loose): string {
  const required = new Set(inputSchema.required ?? []);
  const rows = Object.entries<Loose>(inputSchema.properties).map(([argument, schema]) => {
    const must = required.has(argument) ? ' (required)' : '';
    return `- \`${argument}\`${must}: ${typeOf(schema)}. ${schema.description}`;
  });
  const lines = [`## ${name}`, `${title}. ${description} ${effectOf(annotations)}`];
  return [...lines, ...(rows.length > 0 ? [rows.join('\n')] : [])].join('\n\n');
}

/** Keywords that make some clients refuse a whole list when they stand at the root. */
const notAtRoot = ['oneOf', 'anyOf', 'allOf', 'not', '$ref', 'if', 'enum', 'const'];

function problemsOf(tool: Loose): string[] {
  const { name, description, inputSchema } = tool;
  const problems: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) problems.push(`${name}: ${what}`);
  };
  expect(/^[a-zA-Z][a-zA-Z0-9_-]{0,39}$/.test(name), 'name');
  expect(inputSchema.type === 'object', 'the root is an object');
  expect(typeof inputSchema.properties === 'object', 'the root has properties');
  expect(typeof inputSchema.additionalProperties === 'boolean', 'the root says what else');
  for (const keyword of notAtRoot) expect(!(keyword in inputSchema), `${keyword} at the root`);
  expect(description.length > 20 && description.length <= 1000, 'length of the description');
  for (const [argument, schema] of Object.entries<Loose>(inputSchema.properties)) {
    expect(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(argument), `name of ${argument}`);
    const { length } = schema.description ?? '';
    expect(length > 0 && length <= 1600, `description of ${argument}`);
  }
  const listed = Object.keys(inputSchema.properties);
  const required: string[] = inputSchema.required ?? [];
  expect(
    required.every((argument) => listed.includes(argument)),
    'required names what is there',
  );
  return problems;
}

describe('the list of tools', () => {
  let server: TestServer;
  let tools: Loose[];
  before(async () => {
    server = await startTestServer();
    const token = await server.tokenWith(['mcp:all']);
    const listed = await modelAt(server, token).list();
    const search = await modelAt(server, token, '?tools=search').list();
    tools = [...listed.filter(({ name }) => !/^[sf]-/.test(name)), ...search];
  });
  after(() => server?.stop());

  test('has names, texts and schemas that strict clients accept', () => {
    assert.ok(tools.length > 50);
    assert.deepEqual(tools.flatMap(problemsOf), []);
    assert.equal(new Set(tools.map(({ name }) => name)).size, tools.length);
  });

  test('has schemas that a strict validator compiles', () => {
    for (const { name, inputSchema } of tools) {
      const ajv = new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
      assert.doesNotThrow(() => ajv.compile(inputSchema), name);
    }
  });

  test('is what docs/reference/mcp-tools.md says', (t) => {
    const file = fileURLToPath(new URL('../docs/reference/mcp-tools.md', import.meta.url));
    const text = `${[head.trimEnd(), ...tools.map(section)].join('\n\n')}\n`;
    t.assert.fileSnapshot(text, file, { serializers: [(value: string) => value] });
  });
});
