// The rules of the house, checked over every file of the repository; a rule lives in test/tidy/.
// Each rule also has to catch its own bad examples: a check that cannot fail is a defect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { callRules } from './tidy/calls.ts';
import { forgetUse, unusedExceptions } from './tidy/exceptions.ts';
import { floorRules } from './tidy/floors.ts';
import { limitRules } from './tidy/limits.ts';
import { nameRules } from './tidy/names.ts';
import { operationRules } from './tidy/operations.ts';
import { repositoryRules } from './tidy/repository.ts';
import { tableRules } from './tidy/tables.ts';
import { testRules } from './tidy/testing.ts';
import { type Problem, readTree, treeInMemory } from './tidy/tree.ts';

const rules = [
  ...floorRules,
  ...tableRules,
  ...callRules,
  ...limitRules,
  ...nameRules,
  ...operationRules,
  ...testRules,
  ...repositoryRules,
];

const repository = readTree(fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, ''));

function written(problems: readonly Problem[]): string[] {
  const lines = problems.map(({ path, line, sentence }) => `${path}:${line}: ${sentence}`);
  return [...new Set(lines)].toSorted();
}

/** An error that shows the lines and no stack, which would only point here. */
function report(lines: readonly string[]): Error {
  const error = new Error(lines.join('\n'));
  error.stack = `\n${lines.join('\n')}\n`;
  return error;
}

for (const rule of rules) {
  describe(rule.name, () => {
    for (const example of rule.examples) {
      test(`catches: ${example.says}`, () => {
        const problems = rule.check(treeInMemory(example.files));
        assert.deepEqual(written(problems), example.expect.toSorted());
      });
    }
    test('holds everywhere', () => {
      const problems = written(rule.check(repository));
      if (problems.length > 0) throw report(problems);
    });
  });
}

test('every exception is needed', () => {
  forgetUse();
  for (const rule of rules) rule.check(repository);
  const unused = unusedExceptions().map(({ subject, path }) => `${subject}: ${path}`);
  assert.deepEqual(unused, [], 'delete these from test/tidy/exceptions.ts');
});

test('the rules saw the repository', () => {
  const paths = repository.files.map(({ path }) => path);
  for (const path of ['src/base/index.ts', 'test/tidy.test.ts', 'package.json', 'README.md']) {
    assert.ok(paths.includes(path), `${path} was not read`);
  }
});
