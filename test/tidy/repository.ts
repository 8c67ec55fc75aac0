// The repository's documents and settings: lengths, reasons for dependencies, variables that are
// written down, links that lead somewhere, and nothing of the machine it was written on.
import { posix } from 'node:path';
import { type Problem, problemAt, type Rule, type SourceFile, type Tree } from './tree.ts';

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
];
const reasons = 'docs/why/dependencies.md';
const configurationDocument = 'docs/reference/configuration.md';
const limits: Readonly<Record<string, number>> = { 'README.md': 120, 'AGENTS.md': 80 };

function whole(path: string, sentence: string): Problem {
  return { path, line: 1, sentence };
}

function checkDocuments(tree: Tree): Problem[] {
  return documents.flatMap((path) => {
    const file = tree.get(path);
    if (!file) return [whole(path, 'is missing')];
    const count = file.lines.length - (file.text.endsWith('\n') ? 1 : 0);
    const limit = limits[path];
    return limit !== undefined && count > limit
      ? [whole(path, `has ${count} lines, ${limit} at most`)]
      : [];
  });
}

function listedReasons(file: SourceFile): { name: string; reason: string; line: number }[] {
  return file.lines.flatMap((text, index) => {
    const [, name, reason] = /^\|\s*`([^`]+)`\s*\|(.*)\|\s*$/.exec(text) ?? [];
    if (name === undefined || reason === undefined) return [];
    return [{ name, reason: reason.trim(), line: index + 1 }];
  });
}

function checkDependencies(tree: Tree): Problem[] {
  const manifest = tree.get('package.json');
  if (!manifest) return [];
  const parsed = JSON.parse(manifest.text) as Record<string, unknown>;
  const names = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((key) =>
    Object.keys(parsed[key] ?? {}),
  );
  const page = tree.get(reasons);
  const rows = page ? listedReasons(page) : [];
  const missing = names.filter(
    (name) => !rows.some((row) => row.name === name && row.reason !== ''),
  );
  const stale = rows.filter((row) => !names.includes(row.name));
  return [
    ...missing.map((name) => {
      const offset = Math.max(0, manifest.text.indexOf(`"${name}":`));
      return problemAt(manifest, offset, `depends on ${name} without a reason in ${reasons}`);
    }),
    ...stale.map(({ name, line }) => ({
      path: reasons,
      line,
      sentence: `explains ${name}, which package.json does not name`,
    })),
  ];
}

/** The settings that `base/config.ts` reads: `get('wait-ms')`, or the full name in a text. */
function settingsIn(file: SourceFile): Set<string> {
  const flags = [...file.text.matchAll(/\bget\('([a-z-]+)'\)/g)].map(
    (match) => `MILLRACE_${(match[1] ?? '').replaceAll('-', '_').toUpperCase()}`,
  );
  const full = [...file.text.matchAll(/\benv\['(MILLRACE_[A-Z_]+)'\]/g)].map(
    (match) => match[1] ?? '',
  );
  return new Set([...flags, ...full]);
}

function checkSettings(tree: Tree): Problem[] {
  const config = tree.get('src/base/config.ts');
  if (!config) return [];
  const page = tree.get(configurationDocument);
  return [...settingsIn(config)]
    .filter((name) => page?.text.includes(`\`${name}\``) !== true)
    .map((name) => whole('src/base/config.ts', `reads ${name}: ${configurationDocument} lacks it`));
}

/** Where npm finds `name` from the package at `path`. */
function placesOf(path: string, name: string): string[] {
  const inner = path === '' ? [] : [`${path}/node_modules/${name}`];
  const outer = path.lastIndexOf('/node_modules/');
  if (path === '' || outer === -1) return [...inner, `node_modules/${name}`];
  return [...inner, ...placesOf(path.slice(0, outer), name)];
}

interface Locked {
  optionalDependencies?: Record<string, string>;
}

/** `npm ci` refuses a lock file that lacks an optional package, even one of another platform. */
function checkComplete(lock: SourceFile): Problem[] {
  const { packages = {} } = JSON.parse(lock.text) as { packages?: Record<string, Locked> };
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) =>
      placesOf(path, name).every((place) => packages[place] === undefined),
    ),
  );
  return missing.map((name) => whole(lock.path, `lacks ${name}: run npm run lock`));
}

function checkLock(tree: Tree): Problem[] {
  const lock = tree.get('package-lock.json');
  if (!lock) return [];
  const hosts = lock.lines.flatMap((text, index) => {
    if (!/"resolved":\s*"https?:/.test(text)) return [];
    const sentence = 'names a registry host: npm writes none with omit-lockfile-registry-resolved';
    return [{ path: lock.path, line: index + 1, sentence }];
  });
  return [...hosts, ...checkComplete(lock)];
}

/** Somebody's home folder; `/home` alone is a place that a sandbox hides. */
const homePath = /(?<![\w.~-])(?:\/(?:home|Users)\/[A-Za-z][\w.-]*|\/root\/\w|[A-Z]:\\Users\\\w)/;

function checkPaths(tree: Tree): Problem[] {
  return tree.files.flatMap((file) =>
    file.lines.flatMap((text, index) => {
      const ownRoot = tree.root !== undefined && tree.root.length > 4 && text.includes(tree.root);
      if (!ownRoot && !homePath.test(text)) return [];
      return [{ path: file.path, line: index + 1, sentence: 'names a folder of one machine' }];
    }),
  );
}

function checkLinks(tree: Tree): Problem[] {
  const folders = new Set(tree.files.map(({ path }) => posix.dirname(path)));
  return tree.files.flatMap((file) => {
    if (!file.path.endsWith('.md')) return [];
    return [...file.text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].flatMap((match) => {
      const link = (match[1] ?? match[2] ?? '').split('#')[0] ?? '';
      if (link === '' || /^[a-z]+:/.test(link)) return [];
      const target = posix.join(posix.dirname(file.path), link).replace(/\/$/, '');
      if (tree.get(target) || folders.has(target)) return [];
      return [problemAt(file, match.index, `links to ${link}, which is not there`)];
    });
  });
}

const locked = {
  'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-win32': '1' } },
  'node_modules/a/node_modules/a-linux': {},
};
const all = Object.fromEntries(documents.map((path) => [path, 'x\n']));
const manifest = '{\n"dependencies": {\n"a": "1" },\n"devDependencies": {\n"b": "1" } }';
// In two parts each, so that this file passes its own rule.
const homes = [
  ['/ho', 'me/ann/x'],
  ['"/Us', 'ers/ann"'],
  ['cd /ro', 'ot/x'],
  ['C:', '\\Users\\ann'],
].map((parts) => parts.join(''));

export const repositoryRules: readonly Rule[] = [
  {
    name: 'the documents are there, and the short ones short',
    check: checkDocuments,
    examples: [
      {
        says: 'missing, too long',
        files: { ...all, 'README.md': 'x\n'.repeat(121), 'AGENTS.md': 'x\n'.repeat(80) },
        expect: ['README.md:1: has 121 lines, 120 at most'],
      },
      {
        says: 'none at all',
        files: {},
        expect: documents.map((path) => `${path}:1: is missing`),
      },
    ],
  },
  {
    name: 'every dependency has a reason',
    check: checkDependencies,
    examples: [
      {
        says: 'missing, empty, stale',
        files: {
          'package.json': manifest,
          [reasons]: '# x\n| `b` |  |\n| `c` | because |\n',
        },
        expect: [
          `package.json:3: depends on a without a reason in ${reasons}`,
          `package.json:5: depends on b without a reason in ${reasons}`,
          `${reasons}:3: explains c, which package.json does not name`,
        ],
      },
    ],
  },
  {
    name: 'every setting is written down',
    check: checkSettings,
    examples: [
      {
        says: 'one that is, two that are not',
        files: {
          'src/base/config.ts': "get('wait-ms'); get('port'); env['MILLRACE_OWNER_EMAIL'];",
          [configurationDocument]: '`MILLRACE_PORT`',
        },
        expect: ['MILLRACE_WAIT_MS', 'MILLRACE_OWNER_EMAIL'].map(
          (name) => `src/base/config.ts:1: reads ${name}: ${configurationDocument} lacks it`,
        ),
      },
    ],
  },
  {
    name: 'the lock file is complete and names no registry, and no file names a machine',
    check: (tree) => [...checkLock(tree), ...checkPaths(tree)],
    examples: [
      {
        says: 'a registry host; a link to a workspace is none',
        files: {
          'package-lock.json': '{\n"resolved": "https://host/a.tgz",\n"resolved": "client" }',
        },
        expect: [
          'package-lock.json:2: names a registry host: npm writes none with ' +
            'omit-lockfile-registry-resolved',
        ],
      },
      {
        says: 'a package of another platform that the lock file lacks',
        files: { 'package-lock.json': JSON.stringify({ packages: locked }) },
        expect: ['package-lock.json:1: lacks a-win32: run npm run lock'],
      },
      {
        says: 'home folders',
        files: { 'docs/a.md': [...homes, 'hide /home and ~/home/x'].join('\n') },
        expect: homes.map((_, index) => `docs/a.md:${index + 1}: names a folder of one machine`),
      },
    ],
  },
  {
    name: 'links in documents lead somewhere',
    check: checkLinks,
    examples: [
      {
        says: 'a file that is not there',
        files: {
          'docs/a.md': '[a](b.md) [b](../README.md#x)\n[c](gone.md) [d](https://a.b) [e](#f)',
          'docs/b.md': '<img src="../c.svg">',
          'README.md': '[docs](docs/)',
        },
        expect: [
          'docs/a.md:2: links to gone.md, which is not there',
          'docs/b.md:1: links to ../c.svg, which is not there',
        ],
      },
    ],
  },
];
