// Bundles of scripts and of the scripts they import, made by the builder and run as runners do.
// npm packages are in `packages.test.ts`.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compileBundle, runBundle } from '../../../test/kit/bundle.ts';
import { AppError, createLog, readConfig } from '../../base/index.ts';
import { openSandbox } from '../sandbox/index.ts';
import { type BuildRequest, type Built, createBuilder, type Language } from './index.ts';

const log = createLog('error');
const dataFolder = await mkdtemp(join(tmpdir(), 'millrace-builder-'));
const sandbox = await openSandbox({ mode: readConfig().sandbox, log });
const builder = createBuilder({ dataFolder, sandbox, log });

after(async () => {
  await builder.stop();
  await sandbox.close();
  await rm(dataFolder, { recursive: true, force: true });
});

type Scripts = Record<string, string | { content: string; language: Language }>;

function build(
  content: string,
  options: Partial<BuildRequest> & { scripts?: Scripts } = {},
): Promise<Built> {
  const { scripts = {}, ...rest } = options;
  return builder.build({
    language: 'bun',
    content,
    path: 'f/app/main',
    lock: null,
    readScript: async (path) => {
      const found = Object.hasOwn(scripts, path) ? scripts[path] : undefined;
      return typeof found === 'string' ? { content: found, language: 'bun' } : found;
    },
    signal: new AbortController().signal,
    ...rest,
  });
}

async function result(content: string, scripts: Scripts = {}, args: unknown[] = []) {
  const { main } = await runBundle(await build(content, { scripts }));
  return main(...args);
}

interface Row {
  says: string;
  content: string;
  is: unknown;
  scripts?: Scripts;
}

const rows: Row[] = [
  { says: 'one line', content: 'export const main = (): number => 1', is: 1 },
  {
    says: 'await at the top',
    content: 'const x = await Promise.resolve(2); export async function main() { return x }',
    is: 2,
  },
  {
    says: 'syntax that only TypeScript has',
    content: `enum Size { S = 's' } const enum Level { Low = 3 }
      namespace Shapes { export const sides = 4 }
      abstract class Base { constructor(private readonly x: number) {} get() { return this.x } }
      class Child extends Base { declare y: string }
      export function main() {
        return [Size.S, Level.Low, Shapes.sides, new Child(5).get() satisfies number] as unknown[]
      }`,
    is: ['s', 3, 4, 5],
  },
  {
    says: 'decorators',
    content: `const seen: string[] = [];
      function note(_value: unknown, context: ClassDecoratorContext) { seen.push(context.name!) }
      @note class Thing {}
      export function main() { return [seen, new Thing() instanceof Thing] }`,
    is: [['Thing'], true],
  },
  {
    says: 'built-in modules in every form',
    content: `import fs from 'fs'; import * as path from 'node:path';
      import { EOL as eol } from 'os'; import 'node:url'; import { join } from 'path';
      import type { Stats } from 'fs'; export * from 'node:querystring';
      export { sep as separator } from 'node:path';
      const { readFileSync } = require('fs');
      export async function main() {
        const { resolve } = await import('node:path');
        return [fs.readFileSync === readFileSync, path.join === join, typeof eol,
          resolve === path.resolve, await import('fs').then((m) => m.default === fs)]
      }`,
    is: [true, true, 'string', true, true],
  },
  {
    says: 'what only looks like an import',
    content: `// import a from 'no-such-package-one'
      /* export * from './nowhere' */
      const text = "import x from 'no-such-package-two'"; const t = \`require('./nowhere')\`;
      const pattern = /import y from "z"/; type T = import('no-such-package-three').T;
      import type { U } from 'no-such-package-four'; import { V } from 'no-such-package-five';
      export function main(x?: T, u?: U, v?: V) {
        return [text.length > 9, t.length > 9, pattern.source]
      }`,
    is: [true, true, 'import y from "z"'],
  },
  {
    says: 'names that the bundle itself uses',
    content: `const __host = 'h'; const __builtin0 = 'b'; const require2 = 'r'; const exports = 'e';
      import { sep } from 'node:path'; const module = 'm';
      export const main = () => [__host, __builtin0, require2, exports, module, sep.length]`,
    is: ['h', 'b', 'r', 'e', 'm', 1],
  },
  {
    says: 'import.meta, and a require of its own',
    content: `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      export const main = () => [import.meta.url, typeof require('node:fs').readFileSync]`,
    is: ['file:///tmp/job/script.ts', 'function'],
  },
  {
    says: 'scripts by relative and absolute path, with and without extension',
    content: `import { one } from './one'; import { two } from './two.ts';
      import { three } from '../lib/three'; import * as four from '/u/bob/four';
      import five from 'f/lib/five.bun.ts'; const { six } = await import('../lib/./six');
      export function main() { return [one, two, three, four.four, five, six] }`,
    scripts: {
      'f/app/one': 'export const one: number = 1',
      'f/app/two': "export { three as two } from '../lib/three'",
      'f/lib/three': "import { sep } from 'node:path'; export const three = 3 + sep.length - 1",
      'u/bob/four': { content: 'export const four = 4', language: 'deno' },
      'f/lib/five': 'export default 5',
      'f/lib/six': 'export const six = 6',
    },
    is: [1, 3, 3, 4, 5, 6],
  },
  {
    says: 'scripts that import each other',
    content: `import { odd } from './odd';
      export const even = (n: number): boolean => n === 0 || odd(n - 1);
      export function main() { return [even(10), odd(10)] }`,
    scripts: {
      'f/app/odd':
        "import { even } from './main'; export const odd = (n: number) => n !== 0 && even(n - 1)",
      'f/app/main': 'throw new Error("the stored version, not the one that is deployed")',
    },
    is: [true, false],
  },
];

for (const { says, content, scripts, is } of rows) {
  test(`bundles and runs: ${says}`, async () => {
    assert.deepEqual(await result(content, scripts), is);
  });
}

test('exports everything under its name, also the default and names like __proto__', async () => {
  const content = `export default class Thing {}
    const p = 1; export { p as __proto__, p as 'two words' };
    export let later = 1; export function preprocessor() {} export function main() { return 1 }`;
  const exported = await runBundle(await build(content));
  const names = ['__proto__', 'default', 'later', 'main', 'preprocessor', 'two words'];
  assert.deepEqual(Object.keys(exported).toSorted(), names);
  assert.equal((exported['default'] as { name: string }).name, 'Thing');
  assert.equal(Object.getPrototypeOf(exported), Object.prototype);
});

test('every call of the body has modules of its own', async () => {
  const content = 'let count = 0; export function main() { count += 1; return count }';
  const { code } = await build(content);
  const body = compileBundle(code);
  const [first, second] = [await body(), await body()];
  assert.deepEqual([await first.main(), await first.main(), await second.main()], [1, 2, 1]);
});

interface Refusal {
  says: string;
  content: string;
  message: RegExp;
  scripts?: Scripts;
}

const refusals: Refusal[] = [
  {
    says: 'a script that is not there',
    content: "import x from './nowhere'; export const main = () => x",
    message: /^f\/app\/main imports "\.\/nowhere", which means the script f\/app\/nowhere, and/,
  },
  {
    says: 'a script of a script that is not there',
    content: "import x from './one'; export const main = () => x",
    scripts: { 'f/app/one': "import y from '/f/x/gone'; export default y" },
    message: /^f\/app\/one imports "\/f\/x\/gone"/,
  },
  {
    says: 'a script in another language',
    content: "import x from './py'; export const main = () => x",
    scripts: { 'f/app/py': { content: 'x = 1', language: 'python3' } },
    message: /imports "\.\/py", which is a python3 script/,
  },
  {
    says: 'a path that leads out of the workspace',
    content: "import x from '../../../../../etc/passwd'; export const main = () => x",
    message: /leads out of the workspace/,
  },
  {
    says: 'jsr:',
    content: "import x from 'jsr:@std/path'; export const main = () => x",
    message: /imports "jsr:@std\/path", which is loaded from elsewhere/,
  },
  {
    says: 'https:',
    content: "import x from 'https://deno.land/x/a.ts'; export const main = () => x",
    message: /imports "https:\/\/deno\.land\/x\/a\.ts", which is loaded from elsewhere/,
  },
  {
    says: 'file:',
    content: "import x from 'file:///etc/passwd'; export const main = () => x",
    message: /is loaded from elsewhere/,
  },
  {
    says: 'a name that no package can have',
    content: "import x from 'a/../../../etc'; export const main = () => x",
    message: /is not a name that an npm package can have/,
  },
  {
    says: 'a version that is none',
    content: "import x from 'lodash@file:..'; export const main = () => x",
    message: /asks for "file:\.\.", which is not a version/,
  },
  {
    says: 'two versions of one package',
    content: "import x from 'zod@3'; import y from 'zod@4'; export const main = () => [x, y]",
    message: /one bundle holds one version/,
  },
  {
    says: 'code that does not parse',
    content: 'export function main() {\n  return (1 +;\n}',
    message: /^f\/app\/main:2:14: /,
  },
  {
    says: 'code of an imported script that does not parse',
    content: "import x from './one'; export const main = () => x",
    scripts: { 'f/app/one': '\n\nlet 1x' },
    message: /^f\/app\/one:3:/,
  },
  {
    says: 'code that only means nothing',
    content: 'export const x = 1;\nconst y = 1; const y = 2; export const main = () => y',
    message: /^f\/app\/main:2:\d+: .*y/,
  },
  {
    says: 'an export that a script does not have',
    content: "import { nope } from './one'; export const main = () => nope",
    scripts: { 'f/app/one': 'export const one = 1' },
    message: /No matching export .*nope/,
  },
];

for (const { says, content, scripts, message } of refusals) {
  test(`refuses ${says}`, async () => {
    await assert.rejects(build(content, { scripts: scripts ?? {} }), (error: unknown) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, 'unprocessable');
      assert.match(error.message, message);
      assert.ok(error.hint);
      return true;
    });
  });
}

test('computed imports never bring files of the server into a bundle', async () => {
  const content = `enum Up { Dir = '../../../../../../' }
    const name = 'etc/passwd'; const c = [].concat
    export const main = async () => Promise.allSettled([
      import(\`./\${name}\`), import('../../' + name), import(\`\${Up.Dir}\${name}\`),
      (async () => require('./' + name))(), (async () => require(\`\${Up.Dir}\${name}\`))(),
      (async () => require?.('/' + name))(), (async () => { const a = c
        require('./' + name) })(), (async () => \\u0072equire('./' + name))(),
    ])`;
  const built = await build(content);
  assert.ok(built.code.length < 6_000, 'nothing came along');
  const { main } = await runBundle(built);
  const ends = (await main()) as PromiseSettledResult<unknown>[];
  assert.deepEqual(new Set(ends.map((end) => end.status)), new Set(['rejected']));
});

test('errors name the lines that people wrote', async () => {
  const content = `//nodejs
import { fail } from './one';
import { sep } from 'node:path';
interface Long { a: string;
  b: string }
/* a comment
   of two lines */
enum Size { S = 's' }

export function main(a: Long): void {
  fail(sep, Size.S);
}`;
  const scripts = {
    'f/app/one': `


export function fail(...words: string[]): never {
  // say it
  throw new Error(words.join());
}`,
  };
  const built = await build(content, { scripts });
  const { main } = await runBundle(built);
  const error = await Promise.resolve()
    .then(() => main())
    .catch((thrown: unknown) => thrown as Error);
  const encoded = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(built.code)?.[1];
  const map = new SourceMap(JSON.parse(Buffer.from(encoded ?? '', 'base64').toString()));
  const places = [...String((error as Error).stack).matchAll(/<anonymous>:(\d+):(\d+)\)/g)]
    .slice(0, 2)
    // `new AsyncFunction` puts two lines in front.
    .map(([, line, column]) => map.findEntry(Number(line) - 3, Number(column) - 1))
    .map((entry) =>
      'originalSource' in entry ? [entry.originalSource, entry.originalLine + 1] : [],
    );
  assert.deepEqual(places, [
    ['f/app/one', 6],
    ['f/app/main', 11],
  ]);
  assert.ok(built.code.startsWith('//nodejs\n'), 'the annotation stays on top');
});

test('one source and language, one hash', async () => {
  const content = 'export const main = () => 1';
  const [one, two] = [await build(content), await build(content)];
  assert.equal(one.codeHash, two.codeHash);
  assert.match(one.codeHash, /^[0-9a-f]{64}$/);
  assert.equal(one.lock, '');
  const other = await build(content, { language: 'deno' });
  assert.equal(other.code, one.code);
  assert.notEqual(other.codeHash, one.codeHash);
});

test('Python and Bash stay as they are', async () => {
  for (const language of ['python3', 'bash'] as const) {
    const { code, lock } = await build('x=1', { language });
    assert.deepEqual([code, lock], ['x=1', '']);
  }
});

test('infers signatures inside its sandbox', async () => {
  const sources: [Language, string][] = [
    ['bun', 'export function main(a: string) {}'],
    ['python3', 'def main(a: str): pass'],
    ['bash', 'a="$1"'],
  ];
  for (const [language, content] of sources) {
    const { parameters } = await builder.inferSignature(language, content);
    assert.deepEqual(parameters, [{ name: 'a', required: true }], language);
  }
  await assert.rejects(builder.inferSignature('python3', 'def main(:'), { code: 'unprocessable' });
  await assert.rejects(builder.inferSignature('bash', 'if true; then'), { code: 'unprocessable' });
});

test('large and deeply nested sources', async () => {
  const lines = Array.from({ length: 280 }, (_, n) => `const v${n}: number = ${n} + fold('${n}');`);
  const content = `const fold = (x: string) => Number(x);\n${lines.join('\n')}
    export const main = () => [${lines.map((_, n) => `v${n}`).join()}].length`;
  assert.equal(await result(content), 280);
  const list = `const list = [\n${'  "some words that fill a line",\n'.repeat(33_000)}];`;
  assert.equal(await result(`${list}\nexport const main = () => list.length`), 33_000);
  for (const deep of ['('.repeat(100_000), '['.repeat(400_000), '{'.repeat(20_000)]) {
    await assert.rejects(build(`export const x = ${deep}`), { code: 'unprocessable' });
  }
  assert.equal(await result('export const main = () => 1'), 1);
});

test('many builds at once, some of them bad', async () => {
  const builds = Array.from({ length: 30 }, (_, n) =>
    n % 3 === 0
      ? build(`let ${n}`).then(
          () => 'built',
          () => 'refused',
        )
      : result(`export const main = () => ${n}`),
  );
  const ends = await Promise.all(builds);
  assert.deepEqual(
    ends,
    Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? 'refused' : n)),
  );
});

test('a canceled build ends as canceled', async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(build('export const main = 1', { signal }), { code: 'canceled' });
  const abort = new AbortController();
  const slow = build("import './one'; export const main = 1", {
    signal: abort.signal,
    readScript: async () => {
      abort.abort();
      return { content: '', language: 'bun' };
    },
  });
  await assert.rejects(slow, { code: 'canceled' });
});
