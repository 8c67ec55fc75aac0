// Stacks as the three engines write them, in terms of the source that a bundle was made from.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { mapStack } from './stack.ts';

const source = `type A = { x: number };

// A comment that the bundle does not have.
function main(a: A) {
  throw new Error('boom');
}`;
const { code } = transformSync(source, {
  loader: 'ts',
  sourcefile: 'f/a/script',
  sourcemap: 'inline',
});
const row = code.split('\n').findIndex((line) => line.includes('throw')) + 1;

// Every engine counts two lines more: the head of the function that the bundle is compiled to.
const frames = [
  `    at main (script.js:${row + 2}:9)`,
  `    at main (script.js, <anonymous>:${row + 2}:9)`,
  `    at async main (script.js:${row + 2}:9)`,
];

for (const frame of frames) {
  test(frame, () => {
    const stack = `Error: boom\n${frame}\n    at run (file:///x/harness/javascript.mjs:54:24)`;
    const [head, first, ...rest] = mapStack(stack, code).split('\n');
    assert.equal(head, 'Error: boom');
    assert.match(first ?? '', /main \(f\/a\/script:5:\d+\)$/);
    assert.deepEqual(rest, []);
  });
}

test('without a map, or with a broken one, lines are those of the code', () => {
  const stack = 'Error: boom\n    at main (script.js:7:9)\n    at node:internal/x:1:1';
  const expected = 'Error: boom\n    at main (script.js:5:9)\n    at node:internal/x:1:1';
  assert.equal(mapStack(stack, 'no map'), expected);
  const broken = '//# sourceMappingURL=data:application/json;base64,bm9wZQ==';
  assert.equal(mapStack(stack, broken), expected);
});
