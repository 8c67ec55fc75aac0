// The layout of a low-code app: the grid, the boxes of both widths, and what stands in containers.
// Pure. An app that breaks these rules is shown blank or in part, without any error.
import { nearest } from '../../base/index.ts';
import { componentTypes, containerTypes, innerComponents } from './components.ts';
import { isObject, join, type Json, type Problem } from './problems.ts';

export interface Component {
  id: string;
  type: string;
  data: Json;
  /** Where its data stands. */
  at: string;
}

export interface Layout {
  components: Component[];
  problems: Problem[];
}

const widths = { 3: 'phones', 12: 'desktops' } as const;
const maxComponents = 5000;
const maxRows = 10_000;
/** Names that expressions of an app know already. */
const reserved = new Set(['ctx', 'state', 'row', 'iter', 'group', 'file']);

const exampleItem = {
  id: 'a',
  '3': { x: 0, y: 0, w: 3, h: 2, fixed: false },
  '12': { x: 0, y: 0, w: 6, h: 2, fixed: false },
  data: {
    id: 'a',
    type: 'textcomponent',
    configuration: {},
    componentInput: { type: 'static', fieldType: 'textarea', value: 'Hello' },
  },
};

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

function boxProblem(given: unknown, columns: number): string | undefined {
  if (!isObject(given)) return 'there must be a box here, with x, y, w and h in whole cells';
  for (const key of ['x', 'y', 'w', 'h'] as const) {
    const value = given[key];
    const least = key === 'w' || key === 'h' ? 1 : 0;
    if (!Number.isInteger(value) || Number(value) < least || Number(value) > maxRows) {
      return `${key} must be a whole number from ${least}`;
    }
  }
  const { x, w } = given as unknown as Box;
  if (x + w <= columns) return undefined;
  return `x + w is ${x + w}, but there are only ${columns} columns`;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

interface Placed {
  id: string;
  at: string;
  box: Box;
}

/** Sweeps from top to bottom, so that many boxes cost little. */
function overlaps(placed: readonly Placed[]): Problem[] {
  const problems: Problem[] = [];
  let open: Placed[] = [];
  for (const next of placed.toSorted((a, b) => a.box.y - b.box.y)) {
    open = open.filter(({ box }) => box.y + box.h > next.box.y);
    const under = open.find(({ box }) => overlap(box, next.box));
    open.push(next);
    if (!under) continue;
    const free = Math.max(...placed.map(({ box }) => box.y + box.h));
    problems.push({
      at: next.at,
      rule: `${next.id} lies over ${under.id}; boxes of one width do not overlap`,
      example: { ...next.box, y: free },
      mild: true,
    });
  }
  return problems;
}

const nestingKeys = ['children', 'components', 'elements', 'grid', 'subgrids', 'subGrids'];

function nested({ id, data, at }: Component): Problem[] {
  return nestingKeys.flatMap((key) => {
    const held = data[key];
    if (held === undefined || held === null) return [];
    return [
      {
        at: join(at, key),
        rule:
          'components do not hold others inside; what a container shows stands in ' +
          `value.subgrids["${id}-0"], and the container says numberOfSubgrids`,
        example: { subgrids: { [`${id}-0`]: [exampleItem] } },
      },
    ];
  });
}

function typeProblem(type: unknown, at: string): Problem[] {
  if (typeof type === 'string' && componentTypes.has(type)) return [];
  const similar = typeof type === 'string' ? nearest(type, componentTypes) : undefined;
  const some = 'textcomponent, buttoncomponent, tablecomponent, formcomponent, containercomponent';
  const rule =
    typeof type === 'string'
      ? `there is no component ${JSON.stringify(type.slice(0, 100))}; there are ${some} and others`
      : `a component has a type: ${some} and others`;
  return [{ at: join(at, 'type'), rule, example: similar ?? 'textcomponent' }];
}

function idProblem(id: unknown, at: string): Problem[] {
  const rule = (text: string): Problem[] => [{ at, rule: text, example: 'a' }];
  if (typeof id !== 'string') return rule('an id is text; expressions call the component by it');
  if (!/^[A-Za-z_$][\w$-]{0,99}$/.test(id)) return rule('an id begins with a letter, like a name');
  return reserved.has(id) ? rule(`the id ${id} means something else in expressions`) : [];
}

function innerOf(component: Component): { components: Component[]; problems: Problem[] } {
  const key = innerComponents[component.type];
  const given = key === undefined ? undefined : component.data[key];
  if (key === undefined || !Array.isArray(given)) return { components: [], problems: [] };
  const components: Component[] = [];
  const problems: Problem[] = [];
  for (const [n, data] of given.entries()) {
    const at = join(join(component.at, key), n);
    if (!isObject(data)) {
      problems.push({ at, rule: 'this is a component: an object with id and type' });
      continue;
    }
    problems.push(...idProblem(data['id'], join(at, 'id')), ...typeProblem(data['type'], at));
    components.push({ id: String(data['id']), type: String(data['type']), data, at });
  }
  return { components, problems };
}

interface Reading extends Layout {
  seen: Map<string, string>;
}

function add(reading: Reading, component: Component): void {
  const { id, at } = component;
  const before = reading.seen.get(id);
  if (before !== undefined) {
    const rule = `the id ${id} is taken by ${before}; ids are unique in the whole app`;
    reading.problems.push({ at: join(at, 'id'), rule });
  }
  reading.seen.set(id, at);
  reading.components.push(component);
}

function readItem(reading: Reading, given: unknown, at: string): Map<number, Placed> {
  const boxes = new Map<number, Placed>();
  const { problems } = reading;
  if (!isObject(given)) {
    problems.push({ at, rule: 'an item of the grid is an object', example: exampleItem });
    return boxes;
  }
  const { id, data } = given;
  problems.push(...idProblem(id, join(at, 'id')));
  for (const [width, who] of Object.entries(widths)) {
    const place = join(at, width);
    const problem = boxProblem(given[width], Number(width));
    if (problem === undefined) {
      const box = given[width] as Box;
      boxes.set(Number(width), { id: String(id), at: place, box });
    } else {
      const rule = `${problem}; every item has one box for "3" columns and one for "12" (${who})`;
      problems.push({ at: place, rule, example: exampleItem[width as '3' | '12'] });
    }
  }
  const inside = join(at, 'data');
  if (!isObject(data)) {
    problems.push({ at: inside, rule: 'the component is missing', example: exampleItem.data });
    return boxes;
  }
  problems.push(...typeProblem(data['type'], inside));
  if (data['id'] !== id) {
    const rule = 'the component has the same id as its item';
    problems.push({ at: join(inside, 'id'), rule, example: id });
  }
  const component = { id: String(id), type: String(data['type']), data, at: inside };
  add(reading, component);
  problems.push(...nested(component));
  const inner = innerOf(component);
  problems.push(...inner.problems);
  for (const each of inner.components) add(reading, each);
  return boxes;
}

function readGrid(reading: Reading, given: unknown, at: string): void {
  if (!Array.isArray(given)) {
    reading.problems.push({ at, rule: 'a grid is a list of items', example: [exampleItem] });
    return;
  }
  const placed = new Map<number, Placed[]>();
  for (const [n, item] of given.entries()) {
    if (reading.components.length >= maxComponents) {
      reading.problems.push({ at, rule: `an app has ${maxComponents} components at most` });
      return;
    }
    for (const [width, box] of readItem(reading, item, join(at, n))) {
      const others = placed.get(width) ?? [];
      others.push(box);
      placed.set(width, others);
    }
  }
  for (const boxes of placed.values()) reading.problems.push(...overlaps(boxes));
}

/** The ids of the containers that are shown, beginning at the main grid. */
function shown(value: Json): Set<string> {
  const subgrids = isObject(value['subgrids']) ? value['subgrids'] : {};
  const found = new Set<string>();
  const todo: unknown[] = [value['grid']];
  while (todo.length > 0) {
    const grid = todo.pop();
    if (!Array.isArray(grid)) continue;
    for (const item of grid) {
      const id: unknown = isObject(item) ? item['id'] : undefined;
      if (typeof id !== 'string' || found.has(id)) continue;
      found.add(id);
      const count = Number((item as { data?: Json }).data?.['numberOfSubgrids'] ?? 0);
      for (let n = 0; n < Math.min(count, 200); n += 1) {
        const key = `${id}-${n}`;
        if (Object.hasOwn(subgrids, key)) todo.push(subgrids[key]);
      }
    }
  }
  return found;
}

function subgridProblem(reading: Reading, key: string, seen: ReadonlySet<string>) {
  const at = join('value.subgrids', key);
  const [, id = '', number = ''] = /^(.+)-(\d+)$/.exec(key) ?? [];
  const owner = reading.components.find((component) => component.id === id);
  const problem = (rule: string, example?: unknown): Problem => ({ at, rule, example, mild: true });
  if (!owner) {
    const rule = 'it belongs to no component; the key is the id of a container, - and a number';
    return problem(rule, { 'c-0': [exampleItem] });
  }
  if (!containerTypes.has(owner.type)) {
    return problem(`${id} is a ${owner.type}, which holds no others; a containercomponent does`);
  }
  const count = owner.data['numberOfSubgrids'];
  if (!Number.isInteger(count) || Number(number) >= Number(count)) {
    const rule = `${id} does not show it: its numberOfSubgrids must be above ${number}`;
    return problem(rule, { numberOfSubgrids: Number(number) + 1 });
  }
  if (seen.has(id)) return undefined;
  return problem(`${id} is itself inside of a container that is not shown, or of its own`);
}

/** Reads the layout; what is wrong comes with it. */
export function readLayout(value: Json): Layout {
  const reading: Reading = { components: [], problems: [], seen: new Map() };
  if (value['grid'] === undefined) {
    const rule = 'a low-code app has a grid (a full-code app has files instead)';
    return {
      components: [],
      problems: [{ at: 'value.grid', rule, example: [exampleItem] }],
    };
  }
  readGrid(reading, value['grid'], 'value.grid');
  const { subgrids } = value;
  if (subgrids !== undefined && subgrids !== null && !isObject(subgrids)) {
    const rule = 'subgrids is an object of grids by <container id>-<number>';
    const example = { 'c-0': [exampleItem] };
    reading.problems.push({ at: 'value.subgrids', rule, example });
  } else if (isObject(subgrids)) {
    for (const [key, grid] of Object.entries(subgrids)) {
      readGrid(reading, grid, join('value.subgrids', key));
    }
    const seen = shown(value);
    for (const key of Object.keys(subgrids)) {
      const problem = subgridProblem(reading, key, seen);
      if (problem) reading.problems.push(problem);
    }
  }
  return reading;
}
