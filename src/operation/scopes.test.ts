// The scope language: what is read, what is refused and how, what patterns match, what scopes
// allow, and that a list within another never allows more.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../base/index.ts';
import type { Ask } from './authorise.ts';
import { scopesBeyond } from './containment.ts';
import type { Target } from './operation.ts';
import { normaliseScopes } from './scope-grammar.ts';
import { patternMatches, placesOf, scopesAllow } from './scopes.ts';

function refusalOf(scope: string): AppError {
  try {
    normaliseScopes([scope]);
  } catch (error) {
    assert.ok(error instanceof AppError);
    return error;
  }
  throw new Error(`${scope} was taken`);
}

describe('the scope language', () => {
  it('takes what Windmill writes', () => {
    const taken = [
      'mcp:all',
      'mcp:favorites',
      'mcp:all:f/team/*',
      'mcp:scripts:*',
      'mcp:scripts:u/bob/a,f/team/*',
      'mcp:flows:f/A/*,f/B/*',
      'mcp:endpoints:*',
      'mcp:endpoints:listJobs,getJob',
      'mcp:hub:slack,google-sheets',
      'mcp:resources:f/team/*',
      'mcp:variables:u/bob/key,f/team/*',
      'mcp:schedules:*',
      'mcp:secrets',
      'people:read',
      'services:jira:write',
      'scripts:read',
      'jobs:run',
      'jobs:run:scripts:u/a/b',
      'jobs:run:flows',
      'jobs:run:f/team/*',
      'resources:read:u/user/*',
      'tokens:write',
      'workspaces:list',
    ];
    assert.deepEqual(normaliseScopes(taken), taken);
  });

  it('makes a bare mcp mcp:all, trims, and keeps one of each', () => {
    assert.deepEqual(normaliseScopes(['mcp', ' mcp:all ', 'scripts:read', 'scripts:read']), [
      'mcp:all',
      'scripts:read',
    ]);
    assert.deepEqual(normaliseScopes([]), []);
  });

  const refused: [scope: string, hint: RegExp][] = [
    ['', /accepted: mcp:all/i],
    ['all', /mcp:all/],
    ['mcp:al', /mcp:all, mcp:favorites/],
    ['mcp:', /mcp:favorites/],
    ['mcp:all:', /names nothing/i],
    ['mcp:scripts', /names nothing/i],
    ['mcp:scripts: , ', /names nothing/i],
    ['mcp:favorites:f/a/*', /takes no list/],
    ['mcp:secrets:f/a/*', /takes no list/],
    ['mcp:resources', /names nothing/i],
    ['mcp:variables:key', /"key"/],
    ['people', /accepted: mcp:all/i],
    ['people:', /people:<class>/],
    ['services:jira', /services:<name>:<class>/],
    ['services:jira:read:x', /services:<name>:<class>/],
    ['mcp:scripts:f/te*', /"f\/te\*".*f\/team\/\*/],
    ['mcp:scripts:f/*/a', /"f\/\*\/a"/],
    ['mcp:scripts:f/team/', /"f\/team\/"/],
    ['mcp:scripts:team', /"team"/],
    ['mcp:endpoints:list jobs', /"list jobs"/],
    ['scripts', /scripts:read, scripts:write/],
    ['scripts:run', /jobs:run:scripts:<paths>/],
    ['script:read', /did you mean "scripts:read"/i],
    ['secrets:read', /domain of/],
    ['scripts:read:', /names nothing/i],
    ['jobs:run:scripts:', /names nothing/i],
    ['jobs:read:f/team/*', /takes no paths/],
    ['tokens:write:u/bob', /takes no paths/],
    ['login:write', /accepted/i],
    ['*', /accepted/i],
  ];
  for (const [scope, hint] of refused) {
    it(`refuses "${scope}" and says what is accepted`, () => {
      const { code, message, hint: said } = refusalOf(scope);
      assert.equal(code, 'invalid_input');
      assert.ok(message.includes(`"${scope.trim()}"`));
      assert.match(said ?? '', hint);
    });
  }

  it('does not repeat a scope of any length', () => {
    assert.ok(refusalOf('x'.repeat(5000)).message.length < 200);
  });

  it('knows which tokens belong at which address', () => {
    const rows: [scopes: string[] | null, hasMcp: boolean, onlyMcp: boolean, runs: boolean][] = [
      [null, false, false, false],
      [[], false, false, false],
      [['mcp:all'], true, true, false],
      [['mcp:all', 'jobs:run'], true, false, true],
      [['services:jira:read'], true, false, false],
      [['services:*:write', 'mcp:all'], true, false, false],
      [['scripts:read'], false, false, false],
      [['jobs:run:scripts:f/a/*'], false, false, true],
    ];
    for (const [scopes, hasMcp, onlyMcp, runs] of rows) {
      const places = placesOf(scopes);
      assert.deepEqual(
        [places.hasMcp, places.onlyMcp, places.runs],
        [hasMcp, onlyMcp, runs],
        String(scopes),
      );
    }
  });
});

describe('patterns', () => {
  const vectors: [pattern: string, path: string, matches: boolean][] = [
    ['*', 'u/user/a', true],
    ['u/user/a', 'u/user/a', true],
    ['u/user/a', 'u/user/ab', false],
    ['u/use/*', 'u/user', false],
    ['u/use/*', 'u/user/a', false],
    ['u/use/*', 'u/use/r', true],
    ['u/user/*', 'u/user', true],
    ['u/user/*', 'u/user/a/b/c', true],
    ['u/*', 'u/user/a', true],
    ['u/*', 'f/user/a', false],
    ['f/a', 'f/a/b', false],
    ['f/A/*', 'f/a/b', false],
    ['', '', true],
    ['', 'f/a', false],
  ];
  for (const [pattern, path, matches] of vectors) {
    it(`"${pattern}" ${matches ? 'matches' : 'does not match'} "${path}"`, () =>
      assert.equal(patternMatches(pattern, path), matches));
  }
});

const ask = (action: string, tool?: string): Ask => ({
  action,
  risk: /:(read|list)$/.test(action) ? 'read' : 'write',
  ...(tool === undefined ? {} : { tool }),
});
const asks: Record<string, Ask> = {
  run: ask('jobs:run'),
  runByPath: ask('jobs:run', 'runScriptByPath'),
  preview: ask('jobs:run', 'runScriptPreviewAndWaitResult'),
  get: ask('scripts:read', 'getScriptByPath'),
  list: ask('scripts:read', 'listScripts'),
  create: ask('scripts:write', 'createScript'),
  erase: ask('scripts:write', 'deleteScriptByHash'),
  history: ask('scripts:read'),
  getFlow: ask('flows:read', 'getFlowByPath'),
  getVariable: ask('variables:read', 'getVariable'),
  getJob: ask('jobs:read', 'getJob'),
  mint: ask('tokens:write'),
  mine: ask('workspaces:list'),
  me: ask('session:read'),
};

describe('what scopes allow', () => {
  const rows: [scopes: string, ask: string, target: string, allowed: boolean][] = [
    ['scripts:read', 'get', 'scripts f/a/x', true],
    ['scripts:read', 'list', '', true],
    ['scripts:write', 'get', 'scripts f/a/x', true],
    ['scripts:read', 'create', 'scripts f/a/x', false],
    ['scripts:read:f/a/*', 'get', 'scripts f/a/x', true],
    ['scripts:read:f/a/*', 'get', 'scripts f/b/x', false],
    ['scripts:read:f/a/*', 'list', '', false],
    ['scripts:read:*', 'list', '', false],
    ['workspaces:read', 'mine', '', true],
    ['workspaces:list', 'mine', '', true],
    ['jobs:run', 'run', 'scripts f/a/x', true],
    ['jobs:run', 'preview', 'previews *', true],
    ['jobs:run', 'getJob', 'jobs 1', false],
    ['jobs:run:f/a/*', 'run', 'flows f/a/x', true],
    ['jobs:run:*', 'preview', 'previews f/a/x', false],
    ['jobs:run:scripts', 'run', 'scripts f/a/x', true],
    ['jobs:run:scripts', 'run', 'versions 0123', false],
    ['tokens:write', 'mint', '', true],
    ['', 'me', '', true],

    ['mcp:all', 'run', 'scripts f/a/x', true],
    ['mcp:all', 'preview', 'previews *', true],
    ['mcp:all', 'erase', '', true],
    ['mcp:all', 'mint', '', false],
    ['mcp:favorites', 'get', 'scripts f/a/x', true],
    ['mcp:favorites', 'runByPath', 'scripts f/a/x', false],
    ['mcp:favorites', 'run', 'scripts f/a/x', false],
    ['mcp:scripts:f/a/*', 'run', 'scripts f/a/x', true],
    ['mcp:scripts:f/a/*', 'run', 'scripts f/b/x', false],
    ['mcp:scripts:f/a/*', 'run', 'flows f/a/x', false],
    ['mcp:scripts:f/a/*', 'runByPath', 'scripts f/a/x', true],
    ['mcp:scripts:f/a/*', 'get', 'scripts f/a/x', false],
    ['mcp:scripts:f/a/*', 'run', 'versions 0123', false],
    ['mcp:scripts:*', 'run', 'versions 0123', true],
    ['mcp:endpoints:*', 'runByPath', 'scripts f/a/x', false],
    ['mcp:endpoints:runScriptByPath', 'runByPath', 'scripts f/a/x', false],
    ['mcp:endpoints:getScriptByPath', 'get', 'scripts f/a/x', true],
    ['mcp:endpoints:getScriptByPath', 'list', '', false],
    ['mcp:endpoints:*', 'history', 'scripts f/a/x', false],
    ['mcp:endpoints:*', 'mint', '', false],
    ['mcp:endpoints:*', 'erase', '', true],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'get', 'scripts f/b/x', false],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'create', 'scripts f/a/x', true],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'getFlow', 'flows f/b/x', true],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'erase', '', false],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'preview', 'previews f/a/x', false],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'getVariable', 'variables f/b/key', false],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'getVariable', 'variables f/a/key', true],
    ['mcp:endpoints:* mcp:scripts:f/a/*', 'getJob', 'jobs 1', true],
    ['mcp:all:f/a/*', 'run', 'flows f/a/x', true],
    ['mcp:all:f/a/*', 'get', 'scripts f/b/x', false],
    ['mcp:all:f/a/*', 'get', 'scripts f/a/x', true],
    ['mcp:hub:slack', 'get', 'scripts f/a/x', false],
    ['mcp:endpoints:* mcp:variables:f/b/*', 'getVariable', 'variables f/b/key', true],
    ['mcp:endpoints:* mcp:variables:f/b/*', 'getVariable', 'variables f/a/key', false],
    ['mcp:endpoints:* mcp:resources:f/b/*', 'getVariable', 'variables f/a/key', true],
    ['mcp:all:f/a/* mcp:variables:f/b/*', 'getVariable', 'variables f/a/key', false],
    ['mcp:all:f/a/* mcp:variables:f/b/*', 'get', 'scripts f/a/x', true],
    ['mcp:variables:f/b/*', 'getVariable', 'variables f/b/key', false],
    ['mcp:secrets', 'getVariable', 'variables f/b/key', false],
    ['people:read services:jira:read', 'getVariable', 'variables f/b/key', false],
    ['people:read services:jira:read', 'run', 'scripts f/a/x', false],
  ];
  for (const [scopes, name, target, allowed] of rows) {
    it(`[${scopes}] ${name} ${target}: ${allowed ? 'yes' : 'no'}`, () => {
      const [kind = '', path = ''] = target.split(' ');
      const held = scopes === '' ? [] : normaliseScopes(scopes.split(' '));
      const wanted = asks[name];
      assert.ok(wanted);
      const error = scopesAllow(
        { scopes: held, stars: null },
        wanted,
        target === '' ? undefined : { kind, path },
      );
      assert.equal(error?.code, allowed ? undefined : 'insufficient_scope');
      if (error) assert.match(error.hint ?? '', new RegExp(wanted.action));
    });
  }

  it('names what the token has and what is needed', () => {
    const error = scopesAllow({ scopes: ['scripts:read'], stars: null }, ask('tokens:write'));
    assert.match(error?.hint ?? '', /has: scripts:read\. Make one with tokens:write\.$/);
    assert.deepEqual(error?.details, { required: 'tokens:write', scopes: ['scripts:read'] });
  });
});

describe('scopes within scopes', () => {
  const rows: [held: string | null, wanted: string | null, beyond: string[]][] = [
    [null, null, []],
    [null, 'mcp:all jobs:run', []],
    ['mcp:all', null, ['full access']],
    ['', '', []],
    ['scripts:read', 'scripts:read:f/a/*', []],
    ['scripts:read:f/a/*', 'scripts:read', ['scripts:read']],
    ['scripts:read:*', 'scripts:read', ['scripts:read']],
    ['scripts:write', 'scripts:read', []],
    ['scripts:read', 'scripts:write', ['scripts:write']],
    ['jobs:write', 'jobs:run', ['jobs:run']],
    ['scripts:read:f/a/*', 'scripts:read:f/a/b/*,f/a', []],
    ['scripts:read:f/a/*', 'scripts:read:f/ab/*', ['scripts:read:f/ab/*']],
    ['scripts:read:f/a', 'scripts:read:f/a/*', ['scripts:read:f/a/*']],
    ['scripts:read:f/a/* scripts:read:f/b/*', 'scripts:read:f/a/x,f/b/y', []],
    ['jobs:run:scripts', 'jobs:run:scripts:f/a/x', []],
    ['jobs:run:scripts', 'jobs:run:flows', ['jobs:run:flows']],
    ['jobs:run:scripts', 'jobs:run', ['jobs:run']],
    ['mcp:all', 'mcp:favorites mcp:endpoints:* mcp:scripts:f/a/*', []],
    ['mcp:all', 'mcp:hub:slack', ['mcp:hub:slack']],
    ['mcp:hub:slack,drive', 'mcp:hub:drive', []],
    ['mcp:scripts:* mcp:flows:* mcp:endpoints:*', 'mcp:all', ['mcp:all']],
    ['mcp:endpoints:*', 'mcp:favorites', ['mcp:favorites']],
    ['mcp:all:f/a/*', 'mcp:scripts:f/a/b mcp:flows:f/a/* mcp:endpoints:*', []],
    // Endpoint tools would be free where they were confined.
    ['mcp:scripts:f/a/* mcp:endpoints:*', 'mcp:endpoints:*', ['mcp:endpoints:*']],
    ['mcp:scripts:f/a/* mcp:endpoints:*', 'mcp:endpoints:getJob mcp:scripts:f/a/b', []],
    ['mcp:all', 'scripts:read', ['scripts:read']],
    ['scripts:read', 'mcp:all', ['mcp:all']],
    ['mcp:all', 'mcp:secrets', ['mcp:secrets']],
    ['mcp:all', 'people:read', ['people:read']],
    ['people:read', 'people:read', []],
    ['mcp:all', 'mcp:resources:f/a/*', []],
    ['mcp:endpoints:*', 'mcp:endpoints:* mcp:resources:f/a/*', []],
    ['mcp:endpoints:getJob', 'mcp:resources:f/a/*', ['mcp:resources:f/a/*']],
    ['mcp:all:f/a/*', 'mcp:resources:f/b/*', ['mcp:resources:f/b/*']],
    ['mcp:favorites mcp:variables:f/a/*', 'mcp:favorites', ['mcp:favorites']],
  ];
  for (const [held, wanted, beyond] of rows) {
    it(`[${held}] holds [${wanted}]${beyond.length > 0 ? `, but ${beyond.join(' ')}` : ''}`, () => {
      const read = (text: string | null) =>
        text === null ? null : normaliseScopes(text === '' ? [] : text.split(' '));
      assert.deepEqual(scopesBeyond(read(held), read(wanted)), beyond);
    });
  }

  it('never allow what the holder may not, in any combination', () => {
    const pool = [
      'mcp:all',
      'mcp:favorites',
      'mcp:all:f/a/*',
      'mcp:scripts:f/a/*',
      'mcp:scripts:f/a/x',
      'mcp:scripts:*',
      'mcp:flows:f/a/*',
      'mcp:endpoints:*',
      'mcp:endpoints:getScriptByPath,deleteScriptByHash',
      'mcp:endpoints:getVariable',
      'mcp:variables:f/a/*',
      'mcp:variables:f/b/x',
      'mcp:variables:*',
      'mcp:secrets',
      'services:jira:read',
      'jobs:run:f/a/*',
      'jobs:run:scripts',
      'scripts:write',
      'scripts:read:f/a/*',
      'scripts:read',
    ];
    const stars = { scripts: ['f/b/x'], flows: ['f/a/y'] };
    const lists = pool.flatMap((one, at) => pool.slice(at).map((two) => [one, two]));
    const targets: (Target | undefined)[] = [
      undefined,
      ...['scripts', 'flows', 'variables', 'previews', 'versions', 'jobs'].flatMap((kind) =>
        ['f/a/x', 'f/a/y', 'f/b/x', '*', '0123'].map((path) => ({ kind, path })),
      ),
    ];
    const allowed = new Map(
      lists.map((list) => [
        list,
        Object.values(asks).flatMap((one) =>
          targets.map((target) => scopesAllow({ scopes: list, stars }, one, target) === undefined),
        ),
      ]),
    );
    let contained = 0;
    for (const held of lists) {
      const may = allowed.get(held) ?? [];
      for (const wanted of lists) {
        if (scopesBeyond(held, wanted).length > 0) continue;
        contained += 1;
        const more = allowed.get(wanted)?.some((yes, at) => yes && may[at] !== true);
        assert.ok(!more, `[${held.join(' ')}] made [${wanted.join(' ')}], which allows more`);
      }
    }
    assert.ok(contained > lists.length, 'some lists contain others');
  });
});
