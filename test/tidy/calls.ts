// Calls that have one home each: environment, console, time, chance, outbound requests, errors.
// Scripts, benchmarks and `bin/` are free: they run before, beside or outside the server.
import { excepted, type Subject } from './exceptions.ts';
import {
  child,
  children,
  isTest,
  memberOf,
  nameOf,
  type Node,
  type Problem,
  problemAt,
  type Rule,
  type SourceFile,
  stringOf,
  type Tree,
  type Visited,
} from './tree.ts';

interface Finding {
  subject: Subject;
  sentence: string;
}

const environment: Finding = {
  subject: 'environment',
  sentence: 'reads the environment: take the setting from base/config.ts',
};
const printing: Finding = {
  subject: 'console',
  sentence: 'uses console: log through base/log.ts',
};
const time: Finding = { subject: 'time', sentence: 'reads the time: take a Clock' };
const chance: Finding = {
  subject: 'chance',
  sentence: 'makes something random: use newId or newSecret of base/id.ts',
};
const outbound: Finding = {
  subject: 'fetch',
  sentence: 'sends a request: outbound requests go through egress',
};
const ownError: Finding = {
  subject: 'error class',
  sentence: 'declares an error class: throw AppError with a code',
};

const byMember: Readonly<Record<string, Finding>> = {
  'process.env': environment,
  'Date.now': time,
  'Math.random': chance,
  'crypto.randomUUID': chance,
  'globalThis.fetch': outbound,
  'globalThis.console': printing,
  'http.request': outbound,
  'http.get': outbound,
};

const byImport: Readonly<Record<string, Finding>> = {
  'node:process env': environment,
  'node:console *': printing,
  'node:crypto randomUUID': chance,
  'node:http request': outbound,
  'node:http get': outbound,
  'node:https *': outbound,
  'node:http2 *': outbound,
  'undici *': outbound,
};

/** Names that the file declares itself: a parameter called `fetch` is not the global one. */
function declaredNames(file: SourceFile): Set<string> {
  const names = new Set<string>();
  const bind = (node: Node | undefined): void => {
    if (!node) return;
    if (node.type === 'Identifier') names.add(nameOf(node) ?? '');
    for (const key of ['left', 'argument', 'value', 'local', 'id']) {
      if (node.type !== 'Identifier' && /Pattern|RestElement|^Property$/.test(node.type)) {
        bind(child(node, key));
      }
    }
    for (const entry of [...children(node, 'properties'), ...children(node, 'elements')]) {
      bind(entry);
    }
  };
  for (const { node } of file.nodes()) {
    if (node.type === 'VariableDeclarator' || node.type.startsWith('Function')) {
      bind(child(node, 'id'));
    }
    if (node.type.startsWith('Import')) bind(child(node, 'local'));
    if (/Function/.test(node.type)) for (const entry of children(node, 'params')) bind(entry);
  }
  return names;
}

function importFindings(node: Node): Finding[] {
  const source = stringOf(child(node, 'source'));
  if (node.type !== 'ImportDeclaration' || source === undefined || node['importKind'] === 'type') {
    return [];
  }
  const whole = byImport[`${source} *`];
  const named = children(node, 'specifiers').map(
    (entry) => byImport[`${source} ${nameOf(child(entry, 'imported'))}`],
  );
  return [whole, ...named].filter((finding) => finding !== undefined);
}

/** `{ env } = process`. */
function takesFromProcess(node: Node): boolean {
  return (
    node.type === 'VariableDeclarator' &&
    nameOf(child(node, 'init')) === 'process' &&
    children(child(node, 'id'), 'properties').some((entry) => nameOf(child(entry, 'key')) === 'env')
  );
}

function isName({ node, parent }: Visited): boolean {
  const owner = parent?.node;
  if (node.type !== 'Identifier' || !owner) return false;
  const key = child(owner, 'key') === node && owner['computed'] !== true && !owner['shorthand'];
  const property = child(owner, 'property') === node && owner['computed'] !== true;
  const typeName = owner.type.startsWith('TS') && child(owner, 'expression') !== node;
  return !key && !property && !typeName;
}

function findingsOf(visited: Visited, declared: ReadonlySet<string>): Finding[] {
  const { node } = visited;
  const found: (Finding | undefined)[] = [...importFindings(node)];
  found.push(byMember[memberOf(node) ?? '']);
  if (takesFromProcess(node)) found.push(environment);
  const global = isName(visited) ? nameOf(node) : undefined;
  if (global === 'console' && !declared.has('console')) found.push(printing);
  if (global === 'fetch' && !declared.has('fetch')) found.push(outbound);
  const callee = nameOf(child(node, 'callee'));
  const makesNow = node.type === 'NewExpression' && children(node, 'arguments').length === 0;
  if (callee === 'Date' && (makesNow || node.type === 'CallExpression')) found.push(time);
  if (/^Class(?:Declaration|Expression)$/.test(node.type)) {
    if (nameOf(child(node, 'superClass'))?.endsWith('Error') === true) found.push(ownError);
  }
  return found.filter((finding) => finding !== undefined);
}

/** Which subjects bind in `path`. Tests may call their own server; `test/` may print. */
function binds(subject: Subject, path: string): boolean {
  if (subject === 'time' || subject === 'chance') return /^(?:src|test)\//.test(path);
  if (!path.startsWith('src/')) return false;
  if (subject === 'fetch') return !isTest(path) && !path.startsWith('src/egress/');
  return true;
}

function checkCalls(tree: Tree): Problem[] {
  return tree.files.flatMap((file) => {
    if (!/^(?:src|test)\//.test(file.path)) return [];
    const declared = declaredNames(file);
    return file.nodes().flatMap((visited) =>
      findingsOf(visited, declared)
        .filter(({ subject }) => binds(subject, file.path) && !excepted(subject, file.path))
        .map(({ sentence }) => problemAt(file, visited.node.start, sentence)),
    );
  });
}

export const callRules: readonly Rule[] = [
  {
    name: 'environment, console, time, chance, requests and errors have one home each',
    check: checkCalls,
    examples: [
      {
        says: 'the environment, by every road',
        files: {
          'src/engine/a.ts': [
            'const a = process.env.HOME;',
            "const b = process['env'];",
            'const { env } = process;',
            "import { env as e } from 'node:process';",
          ].join('\n'),
          'src/base/config.ts': 'const a = process.env;',
          'test/kit/a.ts': 'const a = process.env;',
        },
        expect: [1, 2, 3, 4].map((at) => `src/engine/a.ts:${at}: ${environment.sentence}`),
      },
      {
        says: 'console, also handed on',
        files: {
          'src/engine/a.ts': 'console.log(1);\nrun(console);\nlog({ console: 1 });',
          'src/base/log.ts': 'console.log(1);',
        },
        expect: [1, 2].map((at) => `src/engine/a.ts:${at}: ${printing.sentence}`),
      },
      {
        says: 'time and chance, in tests as well',
        files: {
          'src/engine/a.test.ts': 'Date.now();\nnew Date();\nDate();\nnew Date(5);',
          'test/a.ts':
            "const now = Date.now;\nMath.random();\nimport { randomUUID } from 'node:crypto';",
          'src/base/clock.ts': 'Date.now();',
          'bench/a.ts': 'Date.now();',
        },
        expect: [
          ...[1, 2, 3].map((at) => `src/engine/a.test.ts:${at}: ${time.sentence}`),
          `test/a.ts:1: ${time.sentence}`,
          ...[2, 3].map((at) => `test/a.ts:${at}: ${chance.sentence}`),
        ],
      },
      {
        says: 'requests: the global, not a parameter or a method of that name',
        files: {
          'src/engine/a.ts': "await fetch(url);\nimport 'node:https';\nhttp.request(url);",
          'src/engine/b.ts': 'const f = (fetch: Fetch) => fetch(url);\nservice.fetch(url);',
          'src/engine/c.ts': 'function f({ fetch }: Deps) {\n  return fetch(url);\n}',
          'src/egress/a.ts': 'await fetch(url);',
          'src/engine/a.test.ts': 'await fetch(url);',
        },
        expect: [1, 2, 3].map((at) => `src/engine/a.ts:${at}: ${outbound.sentence}`),
      },
      {
        says: 'an error class of its own',
        files: { 'src/engine/a.ts': 'class Bad extends Error {}\nclass Fine extends Map {}' },
        expect: [`src/engine/a.ts:1: ${ownError.sentence}`],
      },
    ],
  },
];
