// YAML of hooks: what is wrong is named with line and column, and nothing that is meant to harm the
// reader does.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../base/index.ts';
import type { SourceProblem } from '../strict-yaml.ts';
import { readHook, readHookFile } from './file.ts';

function problemsOf(read: () => unknown): SourceProblem[] {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, 'invalid_input');
    return error.details?.['problems'] as SourceProblem[];
  }
  throw new Error('it was read');
}

const good = 'name: a\nphase: before\ndo:\n  - block: { message: no }\n';

describe('hooks as YAML', () => {
  it('name what is wrong, with its line and column', () => {
    const table: [string, number, number, RegExp][] = [
      ['name: a\nphase: before\ndo:\n\t- block: {}', 4, 1, /[Tt]abs/],
      ['name: a\nname: b\nphase: before', 2, 1, /unique/],
      ['name: a\nphase: never\ndo: []', 2, 8, /expected one of/],
      ['name: A b\nphase: before', 1, 7, /small letters/],
      ['name: a\nphase: before\ncolour: red\ndo: [{ block: { message: no } }]', 3, 1, /colour/],
      [`${good}    when: { field: params.x }`, 5, 11, /belong together/],
      [`${good}    when: { equals: 1 }`, 5, 11, /belong together/],
      [`${good}    when: {}`, 5, 11, /says nothing/],
      [`${good}    when: { field: env.HOME, equals: x }`, 5, 20, /begins with params/],
      [`${good}    when: { field: params.x, matches: "(" }`, 5, 39, /no RE2 expression/],
      [`${good}    when: { field: params.x, matches: "(a)\\\\1" }`, 5, 39, /back-references/],
      [`${good}    when: { time: { timezone: Mars/Base } }`, 5, 31, /no time zone/],
      [`${good}    confirm: { message: sure }`, 5, 14, /one verb/],
      ['name: a\nphase: before\ndo:\n  - { }', 4, 5, /one verb/],
      ['name: a\nphase: before\ndo: [{ block: { message: "{{secrets.x}}" } }]', 3, 26, /no field/],
      ['name: a\nphase: after\ndo: [{ confirm: { message: x } }]', 3, 17, /phase before/],
      ['name: a\nphase: before\ndo: [{ chain: { service: a, action: b } }]', 3, 15, /phase after/],
      [
        'name: a\nphase: before\ndo: [{ transform: { field: result, trim: true } }]',
        3,
        28,
        /only params/,
      ],
      [
        'name: a\nphase: before\ndo: [{ transform: { field: params, trim: true } }]',
        3,
        28,
        /identity/,
      ],
      ['name: a\nphase: before\nscript: u/a/b\nwebhook: https://x.example', 4, 10, /needs one of/],
      ['name: a\nphase: before\nscript: ../../etc', 3, 9, /deployed script/],
      ['name: a\nphase: session\ndo: [{ block: { message: x } }]', 2, 8, /text is for/],
      ['name: a\nphase: before\nwebhook: file:///etc/passwd', 3, 10, /URL/],
      ['name: &n a\nphase: before\ndo: [{ block: { message: *n } }]', 1, 10, /anchors/],
      ['name: a\nphase: before\n<<: { order: 1 }', 3, 1, /merge keys/],
      ['name: !!str a\nphase: before', 1, 13, /tags/],
      ['name: !include /etc/passwd', 1, 7, /tag/i],
      ['name: a\n? [x]\n: y', 2, 3, /a key is a text/],
      ['name: a\n__proto__: { order: 1 }', 2, 1, /no field/],
      ['name: "a', 1, 9, /quote/],
      ['name: a\n---\nname: b', 2, 1, /documents/],
      ['', 1, 1, /expected object/],
      ['just words', 1, 1, /expected object/],
      ['- a', 1, 1, /expected object/],
      ['name: a\0', 1, 1, /NUL/],
    ];
    for (const [source, line, column, message] of table) {
      const [first] = problemsOf(() => readHook(source));
      assert.ok(first, source);
      assert.match(first.message, message, `${source}\n${first.message}`);
      assert.deepEqual([first.line, first.column], [line, column], `${source}\n${first.message}`);
    }
  });

  it('names every problem of a file at once', () => {
    const file = 'version: 1\nhooks:\n  - name: A\n    phase: x\n  - name: b\n    extra: 1\n';
    const problems = problemsOf(() => readHookFile(file));
    assert.deepEqual(problems.map(({ line, path }) => [line, path]).slice(0, 4), [
      [3, 'hooks.0.name'],
      [4, 'hooks.0.phase'],
      [5, 'hooks.1.phase'],
      [6, 'hooks.1'],
    ]);
    const one = 'version: 1\nhooks:\n  - { name: a, phase: session, text: x }\n';
    assert.match(
      problemsOf(() => readHookFile(`${one}  - { name: a, phase: session, text: y }`))[0]
        ?.message ?? '',
      /twice/,
    );
    assert.equal(readHookFile(one)[0]?.definition.text, 'x');
    assert.match(problemsOf(() => readHookFile('version: 2\nhooks: []'))[0]?.message ?? '', /1/);
  });

  it('are not larger than they look', () => {
    const laughs = ['a: &a [x, x]'];
    for (let depth = 1; depth < 12; depth += 1) {
      const above = String.fromCharCode(96 + depth);
      const here = String.fromCharCode(97 + depth);
      laughs.push(`${here}: &${here} [*${above}, *${above}, *${above}, *${above}]`);
    }
    const bombs = [
      laughs.join('\n'),
      '['.repeat(60_000),
      '{a: '.repeat(15_000),
      '- '.repeat(30_000),
      '? '.repeat(30_000),
      Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      `name: a\nphase: before\nmatch: { action: [${'x, '.repeat(20_000)}] }`,
      `name: ${'a'.repeat(70_000)}`,
      `name: ${'é'.repeat(33_000)}`,
      `a: &a\n${'b: *a\n'.repeat(5000)}`,
      '"'.repeat(60_000),
      `x: |\n${' \n'.repeat(30_000)}`,
      '*'.repeat(60_000),
      '&a '.repeat(20_000),
      '!!map '.repeat(10_000),
      '%YAML 1.1\n---\nname: a',
      `${good}    when: ${'{ not: '.repeat(60)}{ field: action, equals: x }${' }'.repeat(60)}`,
    ];
    for (const bomb of bombs) {
      assert.ok(problemsOf(() => readHook(bomb)).length > 0, bomb.slice(0, 60));
    }
  });
});
