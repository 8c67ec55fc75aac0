// Section 2 of the plan: who may import whom. Types count, and so do dynamic imports and
// `new URL('./x', import.meta.url)`, because a child process is started by such a link.
import { excepted } from './exceptions.ts';
import {
  isTest,
  type Problem,
  problemAt,
  type Reference,
  type Rule,
  type SourceFile,
  topFolder,
  type Tree,
} from './tree.ts';

const floors = [
  ['base'],
  ['store', 'egress'],
  ['operation'],
  ['identity'],
  ['engine'],
  ['gateway', 'people'],
  ['surface'],
];
export const topFolders: readonly string[] = floors.flat();
/** The composition root: `server.ts` builds a server, `main.ts` starts one. */
const roots = ['src/main.ts', 'src/server.ts'];

function isRoot(path: string): boolean {
  return roots.includes(path.replace(/\.test\.ts$/, '.ts'));
}

/** The faces; they meet in `http` only. `shapes` holds wire shapes that two of them share. */
const faces = ['http', 'api', 'windmill', 'mcp', 'oauth', 'cli', 'pages', 'web', 'shapes'];
const readersOfShapes = ['windmill', 'mcp', 'http'];

function floorOf(top: string): number {
  return floors.findIndex((floor) => floor.includes(top));
}

/** Where a file stands in the folders of `src`: `['engine', 'jobs']` for `src/engine/jobs/x.ts`. */
function foldersOf(path: string): string[] {
  return path.split('/').slice(1, -1);
}

function placeOf(path: string): string | undefined {
  const top = topFolder(path);
  if (top === undefined) {
    return isRoot(path)
      ? undefined
      : 'stands on no floor: only the composition root lies directly in src';
  }
  if (floorOf(top) === -1) return `stands on no floor: src/${top} is not in the plan`;
  if (top !== 'surface') return undefined;
  const face = foldersOf(path)[1];
  return face !== undefined && faces.includes(face)
    ? undefined
    : `stands in no face of surface: use one of ${faces.join(', ')}`;
}

function betweenFaces(from: string, to: string): string | undefined {
  const [importer, imported] = [foldersOf(from)[1], foldersOf(to)[1]];
  if (importer === imported || importer === 'http') return undefined;
  if (imported === 'shapes' && readersOfShapes.includes(importer ?? '')) return undefined;
  return `imports surface/${imported}: siblings of surface meet only in http`;
}

/** The rule of floors: down, or within one's own top folder. */
function againstFloors(from: string, to: string): string | undefined {
  const [top, other] = [topFolder(from), topFolder(to)];
  if (isRoot(to)) return `imports ${to}, which nobody knows: declare a port instead`;
  if (top === undefined || other === undefined) return undefined;
  if (top === other) return top === 'surface' ? betweenFaces(from, to) : undefined;
  const [floor, otherFloor] = [floorOf(top), floorOf(other)];
  if (otherFloor > floor) {
    return `imports up: ${other} (floor ${otherFloor}) stands above ${top} (floor ${floor})`;
  }
  if (otherFloor === floor) return `imports sideways: ${other} stands beside ${top}`;
  return undefined;
}

/**
 * The rule of doors: downwards from the deepest folder that both share, one step, to its
 * `index.ts`. The folders of surface are doors of their own.
 */
function pastDoor(from: string, to: string): string | undefined {
  const inside = from.startsWith('src/');
  // What the kit offers is for tests that lie inside a folder: any folder's door will do.
  if (!inside && to.endsWith('/index.ts')) return undefined;
  const target = to.split('/').slice(0, -1);
  const importer = inside ? from.split('/').slice(0, -1) : ['src'];
  let shared = 0;
  while (shared < target.length && target[shared] === importer[shared]) shared += 1;
  if (target.length === shared) return undefined;
  const steps = shared === 1 && target[1] === 'surface' ? 2 : 1;
  const door = `${target.slice(0, shared + steps).join('/')}/index.ts`;
  return to === door ? undefined : `imports past a door: use ${door}`;
}

function outsideSource(file: SourceFile, target: string): string | undefined {
  if (target === 'package.json' || target === 'docs/') return undefined;
  if (isTest(file.path) && target.startsWith('test/kit/')) return undefined;
  return `imports ${target}, which lies outside src`;
}

function judge(file: SourceFile, reference: Reference): string | undefined {
  const { specifier, target, link } = reference;
  const inside = file.path.startsWith('src/');
  if (specifier === undefined) {
    return inside && !link && !excepted('computed import', file.path)
      ? 'imports something computed, which no rule can follow'
      : undefined;
  }
  if (target === undefined) {
    const ofStore = /^pg(?:-|$)/.test(specifier) && inside && topFolder(file.path) !== 'store';
    return ofStore && !excepted('database driver', file.path)
      ? `imports ${specifier}: the database is reached through store`
      : undefined;
  }
  if (!target.startsWith('src/')) return inside ? outsideSource(file, target) : undefined;
  // A folder may point at its own files (migrations, what a child process runs) where they lie.
  if (link && topFolder(file.path) === topFolder(target)) return undefined;
  const floor = inside && !isRoot(file.path) ? againstFloors(file.path, target) : undefined;
  return floor ?? pastDoor(file.path, target);
}

function checkFloors(tree: Tree): Problem[] {
  return tree.files.flatMap((file) => {
    const place = file.path.startsWith('src/') ? placeOf(file.path) : undefined;
    const misplaced = place === undefined ? [] : [problemAt(file, 0, place)];
    const wrong = file.references().flatMap((reference) => {
      const sentence = judge(file, reference);
      return sentence === undefined ? [] : [problemAt(file, reference.offset, sentence)];
    });
    return [...misplaced, ...wrong];
  });
}

interface Edge {
  from: string;
  to: string;
  file: SourceFile;
  offset: number;
}

/** A sub-folder of a top folder, or a file that lies directly in it. */
function partOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function edgesOf(tree: Tree): Edge[] {
  const edges = new Map<string, Edge>();
  for (const file of tree.files) {
    if (isTest(file.path) || topFolder(file.path) === undefined) continue;
    for (const { target, offset } of file.references()) {
      if (target === undefined || topFolder(target) !== topFolder(file.path)) continue;
      const [from, to] = [partOf(file.path), partOf(target)];
      // Two files directly in a top folder may know each other, as in any folder.
      if (from === to || (from.endsWith('.ts') && to.endsWith('.ts'))) continue;
      if (!edges.has(`${from} ${to}`)) edges.set(`${from} ${to}`, { from, to, file, offset });
    }
  }
  return [...edges.values()];
}

function checkCycles(tree: Tree): Problem[] {
  const edges = edgesOf(tree);
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return edges.some((edge) => edge.from === from && reaches(edge.to, to, seen));
  };
  return edges
    .filter((edge) => reaches(edge.to, edge.from))
    .map(({ from, to, file, offset }) =>
      problemAt(file, offset, `closes a cycle: ${from} needs ${to}, which needs ${from}`),
    );
}

const line = (path: string): string => `import { x } from '${path}';\n`;

export const floorRules: readonly Rule[] = [
  {
    name: 'a file imports its own top folder or a floor below, through doors',
    check: checkFloors,
    examples: [
      {
        says: 'up, types included',
        files: { 'src/store/a.ts': "\nimport type { Job } from '../engine/index.ts';\n" },
        expect: ['src/store/a.ts:2: imports up: engine (floor 4) stands above store (floor 1)'],
      },
      {
        says: 'up, inside a type and by a dynamic import',
        files: {
          'src/base/a.ts':
            "type A = import('../store/index.ts').A;\nawait import('../identity/index.ts');\n" +
            "new URL('../store/a/b.sql', import.meta.url);\nnew URL('./x/b.py', import.meta.url);",
        },
        expect: [
          'src/base/a.ts:3: imports up: store (floor 1) stands above base (floor 0)',
          'src/base/a.ts:1: imports up: store (floor 1) stands above base (floor 0)',
          'src/base/a.ts:2: imports up: identity (floor 3) stands above base (floor 0)',
        ],
      },
      {
        says: 'sideways',
        files: { 'src/store/a.ts': line('../egress/index.ts') },
        expect: ['src/store/a.ts:1: imports sideways: egress stands beside store'],
      },
      {
        says: 'past a door, from above, from beside and from a test folder',
        files: {
          'src/engine/jobs/a.ts': line('../../store/pool.ts') + line('../scripts/script.ts'),
          'src/engine/index.ts': line('./jobs/operations/index.ts'),
          'test/a.test.ts': line('../src/engine/jobs/job.ts') + line('../src/main.ts'),
          'test/kit/a.ts': line('../../src/engine/jobs/index.ts'),
          'src/main.ts': line('./surface/http/index.ts') + line('./surface/mcp/faces/index.ts'),
        },
        expect: [
          'src/engine/jobs/a.ts:1: imports past a door: use src/store/index.ts',
          'src/engine/jobs/a.ts:2: imports past a door: use src/engine/scripts/index.ts',
          'src/engine/index.ts:1: imports past a door: use src/engine/jobs/index.ts',
          'test/a.test.ts:1: imports past a door: use src/engine/index.ts',
          'src/main.ts:2: imports past a door: use src/surface/mcp/index.ts',
        ],
      },
      {
        says: 'the siblings of surface',
        files: {
          'src/surface/mcp/a.ts': line('../http/index.ts') + line('../shapes/index.ts'),
          'src/surface/http/a.ts': line('../mcp/index.ts'),
          'src/surface/cli/a.ts': line('../shapes/index.ts'),
        },
        expect: [
          'src/surface/mcp/a.ts:1: imports surface/http: siblings of surface meet only in http',
          'src/surface/cli/a.ts:1: imports surface/shapes: siblings of surface meet only in http',
        ],
      },
      {
        says: 'outside src, main, the database driver, computed imports, unknown folders',
        files: {
          'src/base/a.ts': line('../../test/kit/x.ts') + line('../main.ts'),
          'src/base/a.test.ts': line('../../test/kit/x.ts'),
          'src/engine/a.ts': line('pg') + 'await import(name);',
          'src/common/a.ts': '',
          'src/a.ts': '',
        },
        expect: [
          'src/base/a.ts:1: imports test/kit/x.ts, which lies outside src',
          'src/base/a.ts:2: imports src/main.ts, which nobody knows: declare a port instead',
          'src/engine/a.ts:1: imports pg: the database is reached through store',
          'src/engine/a.ts:2: imports something computed, which no rule can follow',
          'src/common/a.ts:1: stands on no floor: src/common is not in the plan',
          'src/a.ts:1: stands on no floor: only the composition root lies directly in src',
        ],
      },
    ],
  },
  {
    name: 'sub-folders of one top folder meet without cycles',
    check: checkCycles,
    examples: [
      {
        says: 'two folders that need each other',
        files: {
          'src/engine/jobs/a.ts': line('../scripts/index.ts'),
          'src/engine/scripts/a.ts': `\n${line('../jobs/index.ts')}`,
          'src/engine/index.ts': line('./jobs/index.ts') + line('./scripts/index.ts'),
        },
        expect: [
          'src/engine/jobs/a.ts:1: closes a cycle: src/engine/jobs needs src/engine/scripts, ' +
            'which needs src/engine/jobs',
          'src/engine/scripts/a.ts:2: closes a cycle: src/engine/scripts needs src/engine/jobs, ' +
            'which needs src/engine/scripts',
        ],
      },
    ],
  },
];
