// What the settings and inputs of components are connected to: each must name a component that
// there is. Pure, and without recursion: values may be nested as deep as a body may.
import { nearest } from '../../base/index.ts';
import { isObject, join, type Json, type Problem } from './problems.ts';
import type { Contents } from './runnables.ts';

/** What expressions know without a component: the page, its state, rows, items of lists. */
const always = ['ctx', 'state', 'row', 'iter', 'group', 'file', 'topbar'];

interface Place {
  at: string;
  name: unknown;
}

/** Every input that is connected to something, below `value`. */
function connectionsOf(value: Json): Place[] {
  const found: Place[] = [];
  const todo: { at: string; value: unknown }[] = [];
  // What is not used any more may be connected to what is not there any more.
  for (const key of ['grid', 'subgrids', 'hiddenInlineScripts']) {
    todo.push({ at: `value.${key}`, value: value[key] });
  }
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { at, value: here } = next;
    if (Array.isArray(here)) {
      for (const [n, each] of here.entries()) todo.push({ at: join(at, n), value: each });
      continue;
    }
    if (!isObject(here)) continue;
    if (here['type'] === 'connected' && isObject(here['connection'])) {
      const name = here['connection']['componentId'];
      found.push({ at: `${join(at, 'connection')}.componentId`, name });
    } else if (here['type'] === 'evalv2' && Array.isArray(here['connections'])) {
      for (const [n, one] of here['connections'].entries()) {
        const place = join(join(at, 'connections'), n);
        const name = isObject(one) ? one['componentId'] : undefined;
        found.push({ at: `${place}.componentId`, name });
      }
    }
    for (const [key, each] of Object.entries(here)) {
      if (typeof each === 'object' && each !== null) todo.push({ at: join(at, key), value: each });
    }
  }
  return found;
}

/** Connections to what is not there. */
export function connectionProblems(value: Json, contents: Contents): Problem[] {
  const hidden = value['hiddenInlineScripts'];
  const known = new Set([
    ...always,
    ...contents.components.map(({ id }) => id),
    ...(Array.isArray(hidden) ? hidden.map((_, n) => `bg_${n}`) : []),
  ]);
  return connectionsOf(value).flatMap(({ at, name }) => {
    if (typeof name === 'string' && known.has(name)) return [];
    const said =
      typeof name === 'string' ? `there is no component ${name}` : 'no component is named';
    const example = (typeof name === 'string' ? nearest(name, known) : undefined) ?? 'a';
    return [{ at, rule: `${said}; give the id of one in this app`, example, mild: true as const }];
  });
}
