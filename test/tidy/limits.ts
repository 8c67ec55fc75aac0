// Sizes: files, functions, parameters, lines, doors. The parser's tree gives functions their
// lines; everything else is counted on the text.
import {
  child,
  children,
  isCode,
  isTest,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  type Tree,
  type Visited,
} from './tree.ts';

const maxFileLines = 400;
const maxTestLines = 600;
const maxFunctionLines = 70;
const maxParameters = 3;
const maxColumns = 100;
const maxDoorExports = 40;

function lineCount(file: SourceFile): number {
  return file.text.endsWith('\n') ? file.lines.length - 1 : file.lines.length;
}

function checkFile(file: SourceFile): Problem[] {
  const limit = isTest(file.path) ? maxTestLines : maxFileLines;
  const count = lineCount(file);
  const sentence = `has ${count} lines, ${limit} at most: split it by what it owns`;
  return count > limit ? [{ path: file.path, line: limit + 1, sentence }] : [];
}

function checkLines(file: SourceFile): Problem[] {
  return file.lines.flatMap((text, index) => {
    const columns = Array.from(text).length;
    // An address cannot be broken.
    if (columns <= maxColumns || /https?:\/\/\S{60,}/.test(text)) return [];
    const sentence = `has ${columns} columns, ${maxColumns} at most`;
    return [{ path: file.path, line: index + 1, sentence }];
  });
}

/** Functions that only group tests. */
function groupsTests({ parent }: Visited, file: SourceFile): boolean {
  const callee = nameOf(child(parent?.node, 'callee'));
  return isTest(file.path) && (callee === 'describe' || callee === 'suite');
}

const functionTypes = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;
const signatureTypes = new Set([
  'TSMethodSignature',
  'TSFunctionType',
  'TSDeclareFunction',
  'TSCallSignatureDeclaration',
  'TSConstructSignatureDeclaration',
  'TSEmptyBodyFunctionExpression',
]);

function parametersOf(node: Node): Node[] {
  return children(node, 'params').filter((entry) => nameOf(entry) !== 'this');
}

function linesOf(file: SourceFile, node: Node): number {
  return file.lineAt(node.end - 1) - file.lineAt(node.start) + 1;
}

/** The function that `visited` stands in, if any. */
function enclosing(visited: Visited): Node | undefined {
  for (let outer = visited.parent; outer; outer = outer.parent) {
    if (functionTypes.test(outer.node.type)) return outer.node;
  }
  return undefined;
}

/**
 * Lines of each function without those of the functions in it: a factory is a closure around
 * small functions, each of which has the limit for itself, and the file's limit bounds them all.
 */
function ownLines(file: SourceFile): Map<Node, number> {
  const functions = file.nodes().filter(({ node }) => functionTypes.test(node.type));
  const own = new Map(functions.map(({ node }) => [node, linesOf(file, node)]));
  for (const visited of functions) {
    const outer = enclosing(visited);
    if (outer) own.set(outer, (own.get(outer) ?? 0) - linesOf(file, visited.node) + 1);
  }
  return own;
}

function checkFunctions(file: SourceFile): Problem[] {
  const own = ownLines(file);
  return file.nodes().flatMap((visited) => {
    const { node } = visited;
    const problems: Problem[] = [];
    const lines = own.get(node) ?? 0;
    const counted = functionTypes.test(node.type) && !groupsTests(visited, file);
    if (counted && lines > maxFunctionLines) {
      const sentence = `a function of ${lines} lines of its own, ${maxFunctionLines} at most`;
      problems.push(problemAt(file, node.start, sentence));
    }
    const listed = functionTypes.test(node.type) || signatureTypes.has(node.type);
    const parameters = listed ? parametersOf(node).length : 0;
    if (parameters > maxParameters) {
      const most = `${maxParameters} at most, else an object`;
      const sentence = `a function of ${parameters} parameters: ${most}`;
      problems.push(problemAt(file, node.start, sentence));
    }
    return problems;
  });
}

function exportedCount(node: Node): number {
  if (node.type === 'ExportDefaultDeclaration') return 1;
  if (node.type !== 'ExportNamedDeclaration') return 0;
  const declaration = child(node, 'declaration');
  if (!declaration) return children(node, 'specifiers').length;
  return Math.max(1, children(declaration, 'declarations').length);
}

function checkDoor(file: SourceFile): Problem[] {
  if (!/^src\/.*\/index\.ts$/.test(file.path)) return [];
  const nodes = file.nodes().map(({ node }) => node);
  const count = nodes.reduce((sum, node) => sum + exportedCount(node), 0);
  const open = nodes.filter((node) => node.type === 'ExportAllDeclaration');
  const sentence = `exports ${count} names, ${maxDoorExports} at most`;
  return [
    ...(count > maxDoorExports ? [problemAt(file, 0, sentence)] : []),
    ...open.map((node) =>
      problemAt(file, node.start, 'exports everything of a file: a door is an explicit list'),
    ),
  ];
}

function checkSizes(tree: Tree): Problem[] {
  return tree.files
    .filter(({ path }) => isCode(path))
    .flatMap((file) => [
      ...checkFile(file),
      ...checkLines(file),
      ...checkFunctions(file),
      ...checkDoor(file),
    ]);
}

function checkParse(tree: Tree): Problem[] {
  return tree.files.flatMap((file) =>
    file.errors().map((message) => problemAt(file, 0, `does not parse: ${message}`)),
  );
}

const names = (count: number): string =>
  Array.from({ length: count }, (_, at) => `a${at}`).join('\n,');
const address = `https://x.y/${'z'.repeat(90)}`;
const lines = (count: number): string => 'x;\n'.repeat(count);

export const limitRules: readonly Rule[] = [
  {
    name: 'files, functions, parameters, lines and doors keep their limits',
    check: checkSizes,
    examples: [
      {
        says: 'files: 400 lines, tests 600',
        files: {
          'src/base/a.ts': lines(401),
          'src/base/b.ts': lines(400),
          'src/base/a.test.ts': lines(601),
          'src/base/b.test.ts': lines(600),
        },
        expect: [
          'src/base/a.ts:401: has 401 lines, 400 at most: split it by what it owns',
          'src/base/a.test.ts:601: has 601 lines, 600 at most: split it by what it owns',
        ],
      },
      {
        says: 'lines: 100 columns, but addresses stay whole',
        files: {
          'bin/a.mjs': `// ${'ä'.repeat(97)}\n// ${'ä'.repeat(98)}\n// ${address}`,
        },
        expect: ['bin/a.mjs:2: has 101 columns, 100 at most'],
      },
      {
        says: 'functions: 70 lines and three parameters, in signatures too',
        files: {
          'src/base/a.ts': `function a() {\n${lines(68)}}\nconst b = () => {\n${lines(69)}};`,
          'src/base/b.ts':
            'interface A {\n  run(a: 1, b: 1, c: 1, d: 1): void;\n}\n' +
            'function f(this: A, a: 1, b: 1, c: 1) {}\nconst g = (a, b, c, ...d) => {};',
          'src/base/c.test.ts': `describe('x', () => {\n${lines(80)}});`,
        },
        expect: [
          'src/base/a.ts:71: a function of 71 lines of its own, 70 at most',
          'src/base/b.ts:2: a function of 4 parameters: 3 at most, else an object',
          'src/base/b.ts:5: a function of 4 parameters: 3 at most, else an object',
        ],
      },
      {
        says: 'a factory counts without the functions in it, which count for themselves',
        files: {
          'src/base/a.ts': `function a() {\n  const b = () => {\n${lines(66)}  };\n${lines(60)}}`,
          'src/base/b.ts': `function a() {\n  const b = () => {\n${lines(69)}  };\n${lines(60)}}`,
        },
        expect: ['src/base/b.ts:2: a function of 71 lines of its own, 70 at most'],
      },
      {
        says: 'doors: 40 exports, each named',
        files: {
          'src/base/index.ts': `export { ${names(40)} } from './a.ts';\nexport const b = 1;`,
          'src/store/index.ts': "export * from './a.ts';",
        },
        expect: [
          'src/base/index.ts:1: exports 41 names, 40 at most',
          'src/store/index.ts:1: exports everything of a file: a door is an explicit list',
        ],
      },
    ],
  },
  {
    name: 'every file parses',
    check: checkParse,
    examples: [
      {
        says: 'a file that the rules could not read',
        files: { 'src/base/a.ts': 'const a = ;' },
        expect: ['src/base/a.ts:1: does not parse: Unexpected token'],
      },
    ],
  },
];
