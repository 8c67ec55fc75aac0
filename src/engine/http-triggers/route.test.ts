// Patterns of routes as tables: which addresses fit, which of several wins, what is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal } from '../../../test/kit/identity.ts';
import { compareRoutes, keyOf, matchRoute, readRoute } from './route.ts';

describe('routes', () => {
  it('fit addresses and name their parts', () => {
    const rows: [route: string, address: string, params: Record<string, string> | undefined][] = [
      ['a', 'a', {}],
      ['a', 'A', undefined],
      ['a', 'a/b', undefined],
      ['a/:x', 'a/b', { x: 'b' }],
      ['a/:x', 'a', undefined],
      ['a/:x/c', 'a/b/c', { x: 'b' }],
      ['a/*rest', 'a/b/c', { rest: 'b/c' }],
      ['a/*rest', 'a', undefined],
      [':x/:y', 'a/b', { x: 'a', y: 'b' }],
      ['a.json', 'axjson', undefined],
    ];
    for (const [route, address, params] of rows) {
      assert.deepEqual(matchRoute(readRoute(route), address.split('/')), params, route);
    }
  });

  it('are equal when they answer the same addresses', () => {
    assert.equal(keyOf(readRoute('a/:x/*r')), keyOf(readRoute('a/:other/*all')));
    assert.notEqual(keyOf(readRoute('a/:x')), keyOf(readRoute('a/*x')));
    assert.notEqual(keyOf(readRoute('a/x')), keyOf(readRoute('a/:x')));
  });

  it('come in the order of how well they fit', () => {
    const routes = ['*all', ':x/b', 'a/*rest', 'a/:x', 'a/b', ':x/:y'].map(readRoute);
    assert.deepEqual(routes.toSorted(compareRoutes).map(keyOf), [
      'a/b',
      'a/:',
      'a/*',
      ':/b',
      ':/:',
      '*',
    ]);
  });

  it('are refused with what is wrong', () => {
    const wrong = ['', '/a', 'a/', 'a//b', 'a/../b', '.', 'a b', 'a/:', 'a/:1', '*', '*a/b'];
    const more = [':x/:x', 'a?b', 'a%2Fb', 'ä', 'a/'.repeat(20) + 'a', 'a\0', ':__proto__x/:-'];
    for (const route of [...wrong, ...more]) {
      assert.throws(() => readRoute(route), refusal('invalid_input', /route/), route);
    }
  });
});
