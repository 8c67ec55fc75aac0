// The picker: what a choice stands for, and the choice that a page begins with; one is the other's
// inverse, whatever is chosen.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../base/index.ts';
import { scopesBeyond } from './containment.ts';
import { scopePicker, type ToolChoice } from './scope-picker.ts';

const empty: Omit<ToolChoice, 'mode'> = {
  folders: [],
  scripts: [],
  flows: [],
  endpoints: [],
  others: [],
  readOnly: false,
};

const chosen: [choice: Partial<ToolChoice>, scopes: string[], readOnly: boolean][] = [
  [{ mode: 'favorites' }, ['mcp:favorites'], false],
  [{ mode: 'favorites', readOnly: true }, ['mcp:favorites'], true],
  [{ mode: 'all' }, ['mcp:all'], false],
  [{ mode: 'read', readOnly: true }, ['mcp:all'], true],
  [
    { mode: 'folders', folders: ['f/a', 'u/bob'] },
    ['mcp:scripts:f/a/*,u/bob/*', 'mcp:flows:f/a/*,u/bob/*', 'mcp:endpoints:*'],
    false,
  ],
  [
    { mode: 'custom', scripts: ['f/a/*', 'u/bob/x'], endpoints: ['getJob', 'listJobs'] },
    ['mcp:scripts:f/a/*,u/bob/x', 'mcp:endpoints:getJob,listJobs'],
    false,
  ],
  [{ mode: 'custom', flows: ['*'] }, ['mcp:flows:*'], false],
  [
    { mode: 'all', others: ['jobs:read', 'mcp:hub:slack'] },
    ['mcp:all', 'jobs:read', 'mcp:hub:slack'],
    false,
  ],
];

const { choiceOf, modes, reachOf } = scopePicker;

describe('the picker', () => {
  for (const [choice, scopes, readOnly] of chosen) {
    it(`${JSON.stringify(choice)} is ${scopes.join(' ')}, and back`, () => {
      const whole = { ...empty, mode: 'all' as const, ...choice };
      assert.deepEqual(reachOf({ mode: 'all', ...choice }), { scopes, readOnly });
      assert.deepEqual(choiceOf({ scopes, readOnly }), whole);
    });
  }

  const asked: [scopes: string[], choice: Partial<ToolChoice>][] = [
    [[], { mode: 'all' }],
    [['mcp'], { mode: 'all' }],
    [['openid', 'offline_access'], { mode: 'all' }],
    [['mcp:nothing'], { mode: 'all' }],
    [['mcp:favorites', 'mcp:all'], { mode: 'all', others: ['mcp:favorites'] }],
    [['mcp:all:f/team/*'], { mode: 'folders', folders: ['f/team'] }],
    [
      ['mcp:scripts:f/b/*', 'mcp:scripts:f/a/*', 'mcp:flows:f/a/*,f/b/*', 'mcp:endpoints:*'],
      { mode: 'folders', folders: ['f/a', 'f/b'] },
    ],
    [
      ['mcp:scripts:f/a/*', 'mcp:endpoints:*'],
      { mode: 'custom', scripts: ['f/a/*'], endpoints: ['*'] },
    ],
    [
      ['mcp:favorites', 'mcp:scripts:f/a/*'],
      { mode: 'custom', scripts: ['f/a/*'], others: ['mcp:favorites'] },
    ],
    [
      ['mcp:scripts:f/a/b/*', 'mcp:flows:f/a/b/*', 'mcp:endpoints:*'],
      { mode: 'custom', scripts: ['f/a/b/*'], flows: ['f/a/b/*'], endpoints: ['*'] },
    ],
  ];
  for (const [scopes, choice] of asked) {
    it(`begins with ${choice.mode} for "${scopes.join(' ')}"`, () => {
      assert.deepEqual(choiceOf({ scopes, readOnly: false }), { ...empty, ...choice });
    });
  }

  it('never gives more than what was there, and refuses choices of nothing', () => {
    for (const [scopes] of asked) {
      const held = scopes.filter((scope) => scope.startsWith('mcp') && scope !== 'mcp:nothing');
      if (held.length === 0) continue;
      const again = reachOf(choiceOf({ scopes, readOnly: false })).scopes;
      assert.deepEqual(
        scopesBeyond(
          held.map((scope) => scope.replace(/^mcp$/, 'mcp:all')),
          again,
        ),
        [],
      );
    }
    const refused: Partial<ToolChoice>[] = [
      { mode: 'custom' },
      { mode: 'folders' },
      { mode: 'folders', folders: ['f/a/b'] },
      { mode: 'folders', folders: ['*'] },
      { mode: 'folders', folders: ['f/a,f/b'] },
      { mode: 'folders', folders: ['f/a/*', 'f/b'] },
      { mode: 'custom', scripts: ['f/a/*,mcp:all'] },
      { mode: 'custom', endpoints: ['get job'] },
      { mode: 'all', others: ['mcp:unknown:x'] },
    ];
    for (const choice of refused) {
      assert.throws(
        () => reachOf({ mode: 'all', ...choice }),
        (error) => error instanceof AppError && error.code === 'invalid_input',
        JSON.stringify(choice),
      );
    }
    assert.equal(modes.length, 5);
  });
});
