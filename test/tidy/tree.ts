// The repository as the rules see it: paths, texts, syntax trees and what each file imports.
// Built from the disk, or from a few lines in memory for the rules' own tests. Reads no git
// state: a clone that belongs to another user must be checked as well.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, visitorKeys } from 'oxc-parser';

/** A node of the syntax tree (ESTree with TypeScript's additions). */
export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** A node and its way up. */
export interface Visited {
  readonly node: Node;
  readonly parent: Visited | undefined;
}

export interface Reference {
  /** As written: `./x.ts`, `node:fs`, `zod`; undefined when it is computed. */
  specifier: string | undefined;
  /** From the root, for relative specifiers only. */
  target: string | undefined;
  /** A path to a file or folder (`new URL(…, import.meta.url)`), not an import. */
  link: boolean;
  offset: number;
}

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** 1-based line of an offset into `text`. */
  lineAt(offset: number): number;
  /** Every node, outer before inner; empty for what is neither TypeScript nor JavaScript. */
  nodes(): readonly Visited[];
  /** The parser's complaints. */
  errors(): readonly string[];
  references(): readonly Reference[];
}

export interface Tree {
  readonly files: readonly SourceFile[];
  get(path: string): SourceFile | undefined;
  /** Where the repository lies, so that no file names it; undefined in memory. */
  readonly root: string | undefined;
}

export interface Problem {
  path: string;
  line: number;
  /** What is wrong and what to do, without a full stop. */
  sentence: string;
}

/** Files in memory with the lines that the rule must report, and nothing else. */
export interface Example {
  says: string;
  files: Readonly<Record<string, string>>;
  expect: readonly string[];
}

export interface Rule {
  name: string;
  check(tree: Tree): Problem[];
  examples: readonly Example[];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The child under `key`, if it is a node. */
export function child(node: Node | undefined, key: string): Node | undefined {
  const value = node?.[key];
  return isNode(value) ? value : undefined;
}

/** The children under `key`; holes and other things are left out. */
export function children(node: Node | undefined, key: string): Node[] {
  const value = node?.[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier or private name, the text of a string: what a key can be. */
export function nameOf(node: Node | undefined): string | undefined {
  if (!node) return undefined;
  if (node.type === 'Identifier' && typeof node['name'] === 'string') return node['name'];
  return stringOf(node);
}

/** The text of a string literal or of a template without expressions. */
export function stringOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node?.type !== 'TemplateLiteral' || children(node, 'expressions').length > 0) {
    return undefined;
  }
  const cooked = (children(node, 'quasis')[0]?.['value'] as { cooked?: string } | undefined)
    ?.cooked;
  return cooked;
}

/** `a.b` or `a['b']` as `a.b`; undefined for anything deeper or computed. */
export function memberOf(node: Node | undefined): string | undefined {
  if (node?.type !== 'MemberExpression') return undefined;
  const object = child(node, 'object');
  const property = child(node, 'property');
  if (object?.type !== 'Identifier') return undefined;
  const known = node['computed'] === true ? stringOf(property) : nameOf(property);
  return known === undefined ? undefined : `${nameOf(object)}.${known}`;
}

function collect(program: Node): Visited[] {
  const all: Visited[] = [];
  const visit = (node: Node, parent: Visited | undefined): void => {
    const visited = { node, parent };
    all.push(visited);
    for (const key of visitorKeys[node.type] ?? []) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const entry of value) if (isNode(entry)) visit(entry, visited);
      } else if (isNode(value)) visit(value, visited);
    }
  };
  visit(program, undefined);
  return all;
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** What `node` imports, in any form; `new URL(…, import.meta.url)` is one of them. */
function importedBy(node: Node): Node | undefined {
  if (importing.has(node.type)) return child(node, 'source');
  if (node.type === 'TSExternalModuleReference') return child(node, 'expression');
  const [first, second] = children(node, 'arguments');
  const callee = nameOf(child(node, 'callee'));
  if (node.type === 'CallExpression' && callee === 'require') return first;
  const besideThis = child(second, 'object')?.type === 'MetaProperty';
  return node.type === 'NewExpression' && callee === 'URL' && besideThis ? first : undefined;
}

function referencesIn(path: string, nodes: readonly Visited[]): Reference[] {
  return nodes.flatMap(({ node }) => {
    const source = importedBy(node);
    if (!source) return [];
    const specifier = stringOf(source);
    const target = specifier?.startsWith('.')
      ? posix.join(posix.dirname(path), specifier)
      : undefined;
    return [{ specifier, target, link: node.type === 'NewExpression', offset: node.start }];
  });
}

function sourceFile(path: string, text: string): SourceFile {
  const lines = text.split('\n');
  const starts: number[] = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  let parsed: { nodes: Visited[]; errors: string[] } | undefined;
  let references: Reference[] | undefined;
  const parse = (): { nodes: Visited[]; errors: string[] } => {
    if (parsed) return parsed;
    if (!/\.[cm]?[jt]sx?$/.test(path)) return (parsed = { nodes: [], errors: [] });
    const result = parseSync(path, text);
    parsed = {
      nodes: collect(result.program as unknown as Node),
      errors: result.errors.map((error) => error.message),
    };
    return parsed;
  };
  return {
    path,
    text,
    lines,
    lineAt(offset) {
      const after = starts.findIndex((start) => start > offset);
      return after === -1 ? lines.length : after;
    },
    nodes: () => parse().nodes,
    errors: () => parse().errors,
    references: () => (references ??= referencesIn(path, parse().nodes)),
  };
}

function treeOf(files: readonly SourceFile[], root?: string): Tree {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return { files, root, get: (path) => byPath.get(path) };
}

export function treeInMemory(files: Readonly<Record<string, string>>): Tree {
  return treeOf(Object.entries(files).map(([path, text]) => sourceFile(path, text)));
}

const textName = /\.(?:[cm]?[jt]sx?|json|md|sql|py|sh|svg|html|css|svelte|ya?ml|toml|txt)$/;
const textWithoutEnding = /(?:^|\/)(?:LICENSE|run|\.gitignore|\.npmrc|\.[a-z]+rc)$/;

/** The names that `.gitignore` excludes; it holds names only, no paths and no `!`. */
function ignoredNames(root: string): (name: string) => boolean {
  const names = readFileSync(`${root}/.gitignore`, 'utf8')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (name) =>
    name === '.git' ||
    names.some((entry) => (entry.startsWith('*') ? name.endsWith(entry.slice(1)) : name === entry));
}

/** Every text file of the repository that `.gitignore` does not exclude. */
export function readTree(root: string): Tree {
  const ignored = ignoredNames(root);
  const paths = (folder: string): string[] =>
    readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored(entry.name)) return [];
      return entry.isDirectory() ? paths(path) : [path];
    });
  const texts = paths('').filter((path) => textName.test(path) || textWithoutEnding.test(path));
  return treeOf(
    texts.toSorted().map((path) => sourceFile(path, readFileSync(`${root}/${path}`, 'utf8'))),
    root,
  );
}

/** A problem at an offset of a file. */
export function problemAt(file: SourceFile, offset: number, sentence: string): Problem {
  return { path: file.path, line: file.lineAt(offset), sentence };
}

/** Code of ours, as opposed to documents and settings. */
export function isCode(path: string): boolean {
  return (
    /^(?:src|test|bench|bin|scripts|client|web|\.ci)\//.test(path) &&
    /(?:\.(?:[cm]?[jt]sx?|sql|py|sh|css|svelte|html)|\/run)$/.test(path)
  );
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** `src/engine/jobs/x.ts` → `engine`; undefined for `src/main.ts` and outside `src`. */
export function topFolder(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
