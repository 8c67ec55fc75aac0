// Windmill's vectors of tool names, and that no two paths share one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOfName, type RunnableKind, toolNameOf } from './names.ts';

const vectors: [RunnableKind, string, string][] = [
  ['script', 'u/admin/script', 's-u_admin_script'],
  ['script', 'my_script', 's-my__script'],
  ['flow', 'f/data_team/daily_sync', 'f-f_data__team_daily__sync'],
  [
    'script',
    'u/engineering/team/automation/very_long_script_name_that_exceeds_limit',
    'S-u_engineering_team_auta4765b3904a56246',
  ],
  [
    'flow',
    'f/finance/invoicing/generate_monthly_statements',
    'F-f_finance_invoicing_gea94d40b55d74e5b0',
  ],
];

for (const [kind, path, name] of vectors) {
  test(`${kind} ${path} is called ${name}`, () => {
    assert.equal(toolNameOf(kind, path), name);
  });
}

test('a name of exactly 40 characters stands as it is, one of 41 is hashed', () => {
  const fits = `u/bob/${'x'.repeat(32)}`;
  assert.equal(toolNameOf('script', fits), `s-u_bob_${'x'.repeat(32)}`);
  assert.match(toolNameOf('script', `${fits}x`), /^S-u_bob_x{16}[0-9a-f]{16}$/);
});

test('paths that escape alike get names of their own', () => {
  const paths = ['u/a/_b', 'u/a_/b', 'u/a___b', 'u/a/_/b', 'u/a__b', 'u/a_b', 'u/a/b', 'u/_/a_b'];
  const names = paths.flatMap((path) => [toolNameOf('script', path), toolNameOf('flow', path)]);
  assert.equal(new Set(names).size, names.length);
});

test('every name is one that strict clients accept', () => {
  const paths = ['u/bob@x.org/a b', 'f/équipe/rapport', 'f/データ/集計', 'f/x/😀', 'f/a.b/c%d'];
  for (const path of paths) assert.match(toolNameOf('script', path), /^S-[A-Za-z0-9_-]{16,38}$/);
  assert.equal(new Set(paths.map((path) => toolNameOf('script', path))).size, paths.length);
});

test('10,000 likely paths have 10,000 names', () => {
  const parts = ['a', '_', 'a_', '_a', 'a_b', 'ab', 'b', '__', 'a__b', 'aa'];
  const names = new Set<string>();
  for (const w of parts)
    for (const x of parts)
      for (const y of parts)
        for (const z of parts) names.add(toolNameOf('script', `${w}/${x}/${y}/${z}`));
  assert.equal(names.size, 10_000);
});

test('readable names lead back to their path, others to none', () => {
  for (const path of ['u/admin/script', 'f/data_team/daily_sync', 'u/a__b/c-d']) {
    assert.equal(pathOfName(toolNameOf('script', path)), path);
  }
  for (const name of [
    'S-u_engineering_team_auta4765b3904a56246',
    'f-f_x',
    'getJob',
    's-',
    's-a___b',
  ]) {
    assert.equal(pathOfName(name), undefined);
  }
});
