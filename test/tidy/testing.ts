// Tests that do not test: skipped ones, sleeps, mocks of our own code, a lenient assert.
import {
  child,
  children,
  isTest,
  memberOf,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  stringOf,
  type Tree,
  type Visited,
} from './tree.ts';

const testCalls = new Set(['test', 'it', 'describe', 'suite']);
const silent = new Set(['skip', 'only', 'todo']);

/** `test.skip(…)`, `t.skip(…)`, `test('…', { skip: … }, …)`. */
function silences(node: Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const callee = child(node, 'callee');
  const [object, property] = (memberOf(callee) ?? '').split('.');
  if (
    silent.has(property ?? '') &&
    (testCalls.has(object ?? '') || /^(?:t|context|ctx)$/.test(object ?? ''))
  ) {
    return property;
  }
  if (!testCalls.has(object || (nameOf(callee) ?? '')) && property !== 'test') return undefined;
  for (const options of children(node, 'arguments')) {
    for (const entry of children(options, 'properties')) {
      const key = nameOf(child(entry, 'key')) ?? '';
      if (options.type === 'ObjectExpression' && silent.has(key)) return key;
    }
  }
  return undefined;
}

/** The names that the enclosing functions take: `resolve` of `new Promise((resolve) => …)`. */
function isPromiseStep(name: string | undefined, visited: Visited): boolean {
  for (let up = visited.parent; up; up = up.parent) {
    const executor = /Function/.test(up.node.type) && up.parent?.node.type === 'NewExpression';
    if (executor && nameOf(child(up.parent?.node, 'callee')) === 'Promise') {
      return children(up.node, 'params').some((entry) => nameOf(entry) === name);
    }
  }
  return false;
}

/** `setTimeout(resolve, n)`, also as `setTimeout(() => resolve(), n)`, and ready-made sleeps. */
function sleeps(visited: Visited): boolean {
  const { node } = visited;
  if (node.type === 'ImportDeclaration') {
    return stringOf(child(node, 'source')) === 'node:timers/promises';
  }
  if (node.type !== 'CallExpression') return false;
  const callee = child(node, 'callee');
  const member = memberOf(callee);
  if (member === 'scheduler.wait' || member === 'Atomics.wait') return true;
  if (nameOf(callee) !== 'setTimeout') return false;
  const [first] = children(node, 'arguments');
  const body = child(first, 'body');
  const statement = body?.type === 'BlockStatement' ? children(body, 'body')[0] : undefined;
  const called = child(statement, 'expression') ?? body;
  return isPromiseStep(nameOf(first) ?? nameOf(child(called, 'callee')), visited);
}

function mocks(node: Node): boolean {
  if (memberOf(node) === 't.mock') return true;
  return (
    node.type === 'ImportDeclaration' &&
    stringOf(child(node, 'source')) === 'node:test' &&
    children(node, 'specifiers').some((entry) => nameOf(child(entry, 'imported')) === 'mock')
  );
}

function sentencesOf(visited: Visited): string[] {
  const { node } = visited;
  const found: string[] = [];
  const silence = silences(node);
  if (silence !== undefined) found.push(`marks a test "${silence}": run it or delete it`);
  if (sleeps(visited)) found.push('sleeps: wait for a signal, or move a fake clock');
  if (mocks(node)) found.push('mocks: test through the public face with the real parts');
  const source = node.type === 'ImportDeclaration' ? stringOf(child(node, 'source')) : undefined;
  if (/^(?:node:)?assert$/.test(source ?? ''))
    found.push('compares loosely: use node:assert/strict');
  return found;
}

function checkContents(file: SourceFile): Problem[] {
  const runs = file.nodes().some(({ node }) => testCalls.has(nameOf(child(node, 'callee')) ?? ''));
  return runs ? [] : [problemAt(file, 0, 'holds no test')];
}

function checkTests(tree: Tree): Problem[] {
  return tree.files.flatMap((file) => {
    if (!isTest(file.path) && !/^test\/.*\.ts$/.test(file.path)) return [];
    const found = file
      .nodes()
      .flatMap((visited) =>
        sentencesOf(visited).map((sentence) => problemAt(file, visited.node.start, sentence)),
      );
    return isTest(file.path) ? [...found, ...checkContents(file)] : found;
  });
}

const path = 'src/base/a.test.ts';

export const testRules: readonly Rule[] = [
  {
    name: 'tests run, do not sleep, and mock nothing',
    check: checkTests,
    examples: [
      {
        says: 'skipped, only, todo, in every spelling',
        files: {
          [path]: [
            "test.skip('a', () => {});",
            "test('a', { only: true }, () => {});",
            "test('a', (t) => t.todo());",
            "it('a', { timeout: 5, skip: reason }, () => {});",
            "test('a', () => list({ skip: 5 }));",
          ].join('\n'),
        },
        expect: ['skip', 'only', 'todo', 'skip'].map(
          (word, index) => `${path}:${index + 1}: marks a test "${word}": run it or delete it`,
        ),
      },
      {
        says: 'sleeps, in the kit as well; a deadline is none',
        files: {
          'test/kit/a.ts': "import { setTimeout } from 'node:timers/promises';",
          [path]: [
            "test('a', () => new Promise((resolve) => setTimeout(resolve, 50)));",
            'await new Promise((done) => setTimeout(() => done(1), 50));',
            'await new Promise((done) => {\n  setTimeout(() => {\n    done();\n  }, 50);\n});',
            'const timer = setTimeout(() => controller.abort(), 5000);',
          ].join('\n'),
        },
        expect: [
          'test/kit/a.ts:1: sleeps: wait for a signal, or move a fake clock',
          ...[1, 2, 4].map(
            (at) => `${path}:${at}: sleeps: wait for a signal, or move a fake clock`,
          ),
        ],
      },
      {
        says: 'mocks, loose comparison, no test at all',
        files: {
          [path]: [
            "import { mock, test } from 'node:test';",
            "import assert from 'node:assert';",
            "test('a', (t) => t.mock.fn());",
          ].join('\n'),
          'src/base/b.test.ts': '// nothing',
        },
        expect: [
          `${path}:1: mocks: test through the public face with the real parts`,
          `${path}:2: compares loosely: use node:assert/strict`,
          `${path}:3: mocks: test through the public face with the real parts`,
          'src/base/b.test.ts:1: holds no test',
        ],
      },
    ],
  },
];
