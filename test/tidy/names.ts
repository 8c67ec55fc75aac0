// Names that say nothing, and the lines that every module opens with.
import {
  child,
  children,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  type Tree,
} from './tree.ts';

/** `runJobNow`, `run-job.now` → run, job, now. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

const anywhere = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'managers']);
/** As a verb they hide what is done; as a noun (`warmProcess`) they may be the right word. */
const asVerb = new Set(['handle', 'handles', 'process', 'processes']);
/** As the thing itself they hide what it is; before a noun (`dataFolder`) they may be right. */
const asThing = new Set(['data', 'info']);

/** The word that makes `name` say nothing. */
function emptyWord(name: string, acts: boolean): string | undefined {
  const words = wordsOf(name);
  const [first = '', last = ''] = [words[0], words.at(-1)];
  const vague = words.find((word) => anywhere.has(word));
  if (vague !== undefined) return vague;
  if (asVerb.has(first) && (acts || words.length === 1)) return first;
  return asThing.has(last) ? last : undefined;
}

const ours = /^(?:src|test|bench|scripts|bin|client|web)\//;
const modules = /\.(?:[cm]?[jt]sx?|py|sh)$/;

function checkPath(file: SourceFile): Problem[] {
  const parts = file.path.split('/').map((part) => part.replace(/\.\w+$/, ''));
  const found = parts.map((part) => emptyWord(part, false)).find((word) => word !== undefined);
  return found === undefined
    ? []
    : [problemAt(file, 0, `is named "${found}", which says nothing: name what it owns`)];
}

function isFunction(node: Node | undefined): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|Class\w+)$/.test(
    node?.type ?? '',
  );
}

interface Named {
  name: string;
  offset: number;
}

function named(owner: Node): Named[] {
  const name = nameOf(child(owner, 'id'));
  return name === undefined ? [] : [{ name, offset: owner.start }];
}

function declaredFunctions(node: Node | undefined): Named[] {
  if (!node) return [];
  if (isFunction(node)) return named(node);
  return children(node, 'declarations').flatMap((entry) =>
    isFunction(child(entry, 'init')) ? named(entry) : [],
  );
}

/** Functions and classes that a file exports, in place or by a list. */
function exportedFunctions(file: SourceFile): Named[] {
  const nodes = file.nodes().map(({ node }) => node);
  const local = new Set(nodes.flatMap(declaredFunctions).map(({ name }) => name));
  return nodes.flatMap((node) => {
    if (node.type === 'ExportDefaultDeclaration')
      return declaredFunctions(child(node, 'declaration'));
    if (node.type !== 'ExportNamedDeclaration' || child(node, 'source')) return [];
    const listed = children(node, 'specifiers').flatMap((entry) => {
      const name = nameOf(child(entry, 'exported')) ?? '';
      return local.has(nameOf(child(entry, 'local')) ?? '') ? [{ name, offset: entry.start }] : [];
    });
    return [...declaredFunctions(child(node, 'declaration')), ...listed];
  });
}

function checkNames(tree: Tree): Problem[] {
  return tree.files
    .filter(({ path }) => ours.test(path))
    .flatMap((file) => [
      ...checkPath(file),
      ...exportedFunctions(file).flatMap(({ name, offset }) => {
        const word = emptyWord(name, true);
        if (word === undefined) return [];
        const sentence = `"${name}" says "${word}", which says nothing: name what it does`;
        return [problemAt(file, offset, sentence)];
      }),
    ]);
}

function isComment(line: string): boolean {
  return /^(?:\/\/|\/\*|\*|#|""")/.test(line.trim());
}

/** The lines of the opening comment; blank for a list of exports, which needs none. */
function openingLines(file: SourceFile): string[] {
  const rest = file.lines.slice(file.text.startsWith('#!') ? 1 : 0);
  const first = rest[0] ?? '';
  if (first.startsWith('"""') || first.startsWith('/*')) {
    const closing = first.startsWith('"""') ? /.{3,}"""\s*$|^"""\s*$/ : /\*\//;
    const end = rest.findIndex((line, at) => (at > 0 || line.length > 3) && closing.test(line));
    return rest.slice(0, end + 1);
  }
  const end = rest.findIndex((line) => !isComment(line));
  return rest.slice(0, end === -1 ? rest.length : end);
}

function isListOfExports(file: SourceFile): boolean {
  return (
    file.path.endsWith('/index.ts') &&
    children(file.nodes()[0]?.node, 'body').every(
      (node) => node.type.startsWith('Export') && child(node, 'source') !== undefined,
    )
  );
}

function checkOpening(tree: Tree): Problem[] {
  return tree.files.flatMap((file) => {
    if (!ours.test(file.path) || !modules.test(file.path) || isListOfExports(file)) return [];
    const lines = openingLines(file);
    const says = lines.filter((line) => /[a-z]{3}/i.test(line));
    if (says.length === 0) {
      return [problemAt(file, 0, 'does not say in its first lines what it owns')];
    }
    const sentence = `opens with ${lines.length} comment lines: say it in one to four`;
    return lines.length > 4 ? [problemAt(file, 0, sentence)] : [];
  });
}

export const nameRules: readonly Rule[] = [
  {
    name: 'no file and no exported function has a name that says nothing',
    check: checkNames,
    examples: [
      {
        says: 'whole words only, and only where they say nothing',
        files: {
          'src/base/string-utils.ts': '',
          'src/base/database.ts': 'export function openDatabase() {}',
          'src/base/info.ts': '',
          'src/engine/process-tree.ts': 'export const dataFolder = () => 1;',
          'src/engine/a.ts': [
            'export function handleRequest() {}',
            'export const getData = () => 1;',
            'function processJob() {}',
            'export { processJob };',
            'export class JobManager {}',
            'function handleQuietly() {}',
            'export const warmProcess = () => 1;',
          ].join('\n'),
        },
        expect: [
          'src/base/string-utils.ts:1: is named "utils", which says nothing: name what it owns',
          'src/base/info.ts:1: is named "info", which says nothing: name what it owns',
          'src/engine/a.ts:1: "handleRequest" says "handle", which says nothing: name what it does',
          'src/engine/a.ts:2: "getData" says "data", which says nothing: name what it does',
          'src/engine/a.ts:4: "processJob" says "process", which says nothing: name what it does',
          'src/engine/a.ts:5: "JobManager" says "manager", which says nothing: name what it does',
        ],
      },
    ],
  },
  {
    name: 'every module opens with one to four comment lines',
    check: checkOpening,
    examples: [
      {
        says: 'none, too many, and what is fine',
        files: {
          'src/base/a.ts': 'export const a = 1;',
          'src/base/b.ts': '// one\n// two\n// three\n// four\n// five\n',
          'src/base/c.ts': '/* one\n   two */\nexport const a = 1;',
          'src/base/index.ts': "export { a } from './a.ts';",
          'src/engine/index.ts': 'export const a = 1;',
          'bin/a.mjs': '#!/usr/bin/env node\n// Starts it.\n',
          'src/engine/a.py': '"""Runs a job."""\n',
          'src/engine/b.py': 'import os\n',
        },
        expect: [
          'src/base/a.ts:1: does not say in its first lines what it owns',
          'src/base/b.ts:1: opens with 5 comment lines: say it in one to four',
          'src/engine/index.ts:1: does not say in its first lines what it owns',
          'src/engine/b.py:1: does not say in its first lines what it owns',
        ],
      },
    ],
  },
];
