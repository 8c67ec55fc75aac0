// How Bash scripts name their positional parameters, row by row, through the door.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { inferSignature, type JsonSchema } from './index.ts';

const ajv = new Ajv2020({ strict: false });

interface Row {
  line: string;
  /** Name and default; null is a required parameter. */
  is: Record<string, string | null | undefined>;
}

const rows: Row[] = [
  { line: 'name="$1"', is: { name: null } },
  { line: 'name=$1', is: { name: null } },
  { line: 'name="${1}"', is: { name: null } },
  { line: 'export name="$1"', is: { name: null } },
  { line: 'readonly name="$1";', is: { name: null } },
  { line: 'declare -r name="$1"', is: { name: null } },
  { line: 'name="${1:?missing}"', is: { name: null } },
  { line: 'age="${1:-30}"', is: { age: '30' } },
  { line: 'age="${1-30}"', is: { age: '30' } },
  { line: 'age=${1:-30}', is: { age: '30' } },
  { line: 'a="${1:-}"', is: { a: '' } },
  { line: 'a="${1:-two words}"', is: { a: 'two words' } },
  { line: 'a="${1:-$HOME}"', is: { a: undefined } },
  { line: "a=${1:-'$HOME'}", is: { a: '$HOME' } },
  { line: 'a="$1"\nb="$2"', is: { a: null, b: null } },
  { line: 'b="$2"\na="$1"', is: { a: null, b: null } },
  { line: 'a="$1"\nagain="$1"', is: { a: null } },
  { line: 'a="$1"\na="$2"', is: { a: null, arg2: null } },
  { line: 'c="$3"', is: { arg1: undefined, arg2: undefined, c: null } },
  { line: 'a="$0"', is: {} },
  { line: 'f() {\n  a="$1"\n  local b="$2"\n}', is: {} },
  { line: '# a="$1"\necho "$2"', is: {} },
  { line: "a='$1'", is: {} },
  { line: 'a="$1x"', is: {} },
];

test(`the table: ${rows.length} rows`, async (t) => {
  for (const { line, is } of rows) {
    await t.test(line, async () => {
      const { schema, parameters, autoKind } = await inferSignature('bash', `#!/bin/bash\n${line}`);
      const properties = schema['properties'] as Record<string, JsonSchema>;
      assert.deepEqual(
        parameters,
        Object.entries(is).map(([name, value]) => ({ name, required: value === null })),
      );
      for (const [name, value] of Object.entries(is)) {
        const property = { type: 'string', originalType: 'string', default: value ?? null };
        assert.deepEqual(properties[name], property);
      }
      assert.equal(autoKind, null);
      assert.equal(ajv.validateSchema(schema), true);
    });
  }
});

test('the words behind the line describe it', async () => {
  const { schema } = await inferSignature('bash', 'name="$1" # who is greeted');
  const properties = schema['properties'] as Record<string, JsonSchema>;
  assert.equal(properties['name']?.['description'], 'who is greeted');
});

test('says where a script does not parse, and runs nothing of it', async () => {
  await assert.rejects(inferSignature('bash', 'name="$1"\nif true; then\n  echo\n'), {
    code: 'unprocessable',
    message: /^script\.sh:\d+:1: syntax error/,
  });
  const { parameters } = await inferSignature('bash', 'exit 3; $(exit 4)\na="$1"');
  assert.deepEqual(parameters, [{ name: 'a', required: true }]);
  const patterns = 'shopt -s extglob\ncase x in !(y|z)) echo;; esac\na="$1"';
  assert.equal((await inferSignature('bash', patterns)).parameters.length, 1);
});
