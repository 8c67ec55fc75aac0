// Operations: one a file, declared in full, and listed, so that none is forgotten.
// What a declaration means is the business of `src/operation`; the catalog checks it at start.
import { posix } from 'node:path';
import {
  child,
  children,
  isTest,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  stringOf,
  topFolder,
  type Tree,
} from './tree.ts';

const required = ['name', 'summary', 'risk', 'action', 'input', 'output', 'run'];
const optional = ['on', 'tool'];
const risks = ['read', 'write', 'high_risk'];

function isOperationFile(path: string): boolean {
  return /^src\/.*\/operations\/[^/]+\.ts$/.test(path) && !isTest(path);
}

/** The objects given to `operation(…)`. */
function declarationsIn(file: SourceFile): { call: Node; declared: Node | undefined }[] {
  return file.nodes().flatMap(({ node }) => {
    const called = node.type === 'CallExpression' && nameOf(child(node, 'callee')) === 'operation';
    return called ? [{ call: node, declared: children(node, 'arguments')[0] }] : [];
  });
}

function fieldOf(declared: Node | undefined, name: string): Node | undefined {
  return children(declared, 'properties').find((entry) => nameOf(child(entry, 'key')) === name);
}

function checkFields(file: SourceFile, declared: Node): Problem[] {
  const keys = children(declared, 'properties').map((entry) => nameOf(child(entry, 'key')));
  const at = (sentence: string): Problem => problemAt(file, declared.start, sentence);
  const missing = required.filter((name) => !keys.includes(name));
  const unknown = keys.filter(
    (key) => key !== undefined && ![...required, ...optional].includes(key),
  );
  const [risk, action, name] = ['risk', 'action', 'name'].map((key) =>
    stringOf(child(fieldOf(declared, key), 'value')),
  );
  const problems = [
    ...missing.map((key) => at(`declares no ${key}`)),
    ...unknown.map((key) => at(`declares ${key}: a surface that needs more keeps its own table`)),
  ];
  const wrong = (key: string): boolean => !missing.includes(key);
  if (wrong('risk') && !risks.includes(risk ?? '')) {
    problems.push(at(`has no plain risk: one of ${risks.join(', ')}`));
  }
  if (wrong('action') && !/^[a-z_]+:(?:read|write|run|list)$/.test(action ?? '')) {
    problems.push(at('has no plain action: <domain>:read, write, run or list'));
  }
  if (wrong('name') && !/^[a-z][a-zA-Z]*\.[a-z][a-zA-Z]*$/.test(name ?? '')) {
    problems.push(at('has no plain name: <feature>.<verb>'));
  }
  return problems;
}

/** `z.object` takes any further field in silence: bodies of operations are strict. */
function checkStrict(file: SourceFile, declared: Node): Problem[] {
  const input = child(fieldOf(declared, 'input'), 'value');
  const callee = child(input, 'callee');
  const made = nameOf(child(callee, 'property'));
  const loose = nameOf(child(callee, 'object')) === 'z' && /^(?:loose)?[oO]bject$/.test(made ?? '');
  return loose && input
    ? [problemAt(file, input.start, 'takes unknown fields: use z.strictObject')]
    : [];
}

function checkOne(file: SourceFile): Problem[] {
  const found = declarationsIn(file);
  if (found.length !== 1) {
    const sentence = `declares ${found.length} operations: one a file`;
    return [problemAt(file, found[1]?.call.start ?? 0, sentence)];
  }
  const declared = found[0]?.declared;
  if (declared?.type !== 'ObjectExpression') {
    return [problemAt(file, found[0]?.call.start ?? 0, 'declares its operation in another place')];
  }
  return [...checkFields(file, declared), ...checkStrict(file, declared)];
}

function checkListed(tree: Tree, file: SourceFile): Problem[] {
  const door = `${posix.dirname(file.path)}/index.ts`;
  const listed = tree
    .get(door)
    ?.references()
    .some(({ target }) => target === file.path);
  return listed ? [] : [problemAt(file, 0, `is not listed in ${door}`)];
}

function checkOperations(tree: Tree): Problem[] {
  return tree.files.flatMap((file) => {
    if (isOperationFile(file.path) && !file.path.endsWith('/index.ts')) {
      return [...checkOne(file), ...checkListed(tree, file)];
    }
    const top = topFolder(file.path);
    if (top === undefined || top === 'operation' || isTest(file.path)) return [];
    return declarationsIn(file).map(({ call }) =>
      problemAt(file, call.start, 'declares an operation outside an operations/ folder'),
    );
  });
}

function checkDistinct(tree: Tree): Problem[] {
  const owners = new Map<string, string>();
  return tree.files.flatMap((file) => {
    if (!isOperationFile(file.path)) return [];
    return declarationsIn(file).flatMap(({ call, declared }) => {
      const name = stringOf(child(fieldOf(declared, 'name'), 'value'));
      if (name === undefined) return [];
      const owner = owners.get(name);
      owners.set(name, owner ?? file.path);
      return owner === undefined
        ? []
        : [problemAt(file, call.start, `repeats ${name} of ${owner}`)];
    });
  });
}

const folder = 'src/engine/jobs/operations';
const whole =
  "operation({ name: 'jobs.get', summary, risk: 'read', action: 'jobs:read', input, output, run })";

export const operationRules: readonly Rule[] = [
  {
    name: 'operations are declared in full, one a file, and listed',
    check: checkOperations,
    examples: [
      {
        says: 'a file that the list forgets',
        files: {
          [`${folder}/get.ts`]: whole,
          [`${folder}/list.ts`]: whole,
          [`${folder}/index.ts`]: "import './get.ts';",
        },
        expect: [`${folder}/list.ts:1: is not listed in ${folder}/index.ts`],
      },
      {
        says: 'fields that are missing, unknown, computed or loose',
        files: {
          [`${folder}/a.ts`]:
            "operation({ name: 'a.b', summary, input: z.object({}), output, run, form })",
          [`${folder}/b.ts`]:
            "operation({ name, summary, risk: 'low', action: x, input, output, run })",
          [`${folder}/c.ts`]: `${whole};\n${whole};`,
          [`${folder}/index.ts`]: "import './a.ts'; import './b.ts'; import './c.ts';",
        },
        expect: [
          `${folder}/a.ts:1: declares no risk`,
          `${folder}/a.ts:1: declares no action`,
          `${folder}/a.ts:1: declares form: a surface that needs more keeps its own table`,
          `${folder}/a.ts:1: takes unknown fields: use z.strictObject`,
          `${folder}/b.ts:1: has no plain risk: one of read, write, high_risk`,
          `${folder}/b.ts:1: has no plain action: <domain>:read, write, run or list`,
          `${folder}/b.ts:1: has no plain name: <feature>.<verb>`,
          `${folder}/c.ts:2: declares 2 operations: one a file`,
        ],
      },
      {
        says: 'an operation in another place',
        files: { 'src/engine/jobs/a.ts': whole },
        expect: ['src/engine/jobs/a.ts:1: declares an operation outside an operations/ folder'],
      },
    ],
  },
  {
    name: 'operations have names of their own',
    check: checkDistinct,
    examples: [
      {
        says: 'one name twice',
        files: { [`${folder}/get.ts`]: whole, [`${folder}/peek.ts`]: whole },
        expect: [`${folder}/peek.ts:1: repeats jobs.get of ${folder}/get.ts`],
      },
    ],
  },
];
