// The bundle of a full-code app, for a browser: its files come from memory, its packages from the
// folder that was installed for it. Runs in the bundler's child process only.
import type {
  BuildOptions,
  BuildResult,
  Message,
  OnResolveArgs,
  Plugin,
  PluginBuild,
} from 'esbuild';
import { AppError, nearest } from '../../base/index.ts';
import type { Esbuild } from './esbuild-service.ts';
import { isBuildFailure } from './bundle-failure.ts';
import { packageOf, packagePlugin, refuseOutside } from './package-plugin.ts';
import { readSpecifier, type Specifier } from './specifier.ts';

export interface AppBundleRequest {
  /** By path, such as `/index.tsx`. */
  files: Readonly<Record<string, string>>;
  /** Folder that holds `node_modules`; null leaves packages out and only names them. */
  packagesFolder: string | null;
  signal: AbortSignal;
}

export interface AppBundled {
  js: string;
  css: string;
  /** The packages that the files import, with the version that an import asks for. */
  packages: AppImport[];
  warnings: string[];
}

export interface AppImport {
  name: string;
  version: string | null;
  /** As written, and the file that says it. */
  text: string;
  importer: string;
}

/** A mistake in a file; `line` and `column` count from 1. */
export interface BuildProblem {
  file: string | null;
  line: number | null;
  column: number | null;
  text: string;
}

const entries = ['/index.tsx', '/index.ts', '/index.jsx', '/index.js'];
const endings = ['.tsx', '.ts', '.jsx', '.js', '.mjs', '.css', '.json'];
const loaders = {
  '.tsx': 'tsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.jsx': 'jsx',
  '.js': 'jsx',
  '.mjs': 'jsx',
  '.css': 'css',
  '.json': 'json',
  '.txt': 'text',
  '.md': 'text',
  '.html': 'text',
  '.svg': 'dataurl',
} as const;
/** Only packages bring these: the files of an app are text. */
const binary = [
  '.png',
  '.jpg',
  '.jpeg',
  '.gif',
  '.webp',
  '.avif',
  '.woff',
  '.woff2',
  '.ttf',
  '.otf',
];

const options: BuildOptions = {
  bundle: true,
  write: false,
  outdir: '/',
  format: 'iife',
  platform: 'browser',
  target: 'es2020',
  jsx: 'automatic',
  conditions: ['style', 'module'],
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: {
    ...Object.fromEntries(binary.map((ending) => [ending, 'dataurl' as const])),
    '.svg': 'dataurl',
    '.txt': 'text',
    '.md': 'text',
  },
  logLevel: 'silent',
};

/** What `./wmill` is in an app: calls of its runnables, made by the page around it. */
const wmillModule = `
const waiting = new Map();
const ask = (type, content, onUpdate) =>
  new Promise((resolve, reject) => {
    const reqId = Math.random().toString(36).slice(2);
    waiting.set(reqId, { resolve, reject, onUpdate });
    parent.postMessage({ ...content, type, reqId }, '*');
  });
const caller = (type) =>
  new Proxy({}, { get: (_, runnable_id) => (v) => ask(type, { runnable_id, v }) });
export const backend = caller('backend');
export const backendAsync = caller('backendAsync');
export const waitJob = (jobId) => ask('waitJob', { jobId });
export const getJob = (jobId) => ask('getJob', { jobId });
export const streamJob = (jobId, onUpdate) => ask('streamJob', { jobId }, onUpdate);
window.addEventListener('message', ({ data }) => {
  const open = waiting.get(data?.reqId);
  if (!open) return;
  if (data.type === 'streamJobUpdate') {
    const { new_result_stream, stream_offset } = data;
    open.onUpdate?.({ new_result_stream, stream_offset });
    return;
  }
  waiting.delete(data.reqId);
  const { error, result } = data;
  if (error) open.reject(new Error(result?.message ?? result?.stack ?? 'the call failed'));
  else open.resolve(result);
});
`;

type Files = AppBundleRequest['files'];

/** The file that `text` means when `importer` says it; undefined when there is none. */
function fileOf(files: Files, importer: string, text: string): string | undefined {
  const segments = text.startsWith('/') ? [] : importer.split('/').slice(1, -1);
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') segments.pop();
    else segments.push(part);
  }
  const path = `/${segments.join('/')}`;
  const bare = path.replace(/\.(?:js|jsx|mjs)$/, '');
  const candidates = [
    path,
    ...endings.map((ending) => path + ending),
    ...(bare === path ? [] : ['.ts', '.tsx'].map((ending) => bare + ending)),
    ...endings.map((ending) => `${path === '/' ? '' : path}/index${ending}`),
  ];
  return candidates.find((candidate) => Object.hasOwn(files, candidate));
}

const problem = (text: string) => ({ errors: [{ text }] });

class AppFiles {
  readonly #request: AppBundleRequest;
  readonly packages = new Map<string, AppImport>();

  constructor(request: AppBundleRequest) {
    this.#request = request;
  }

  #package(found: Extract<Specifier, { kind: 'package' }>, args: OnResolveArgs) {
    const { name, version } = found;
    const known = this.packages.get(name);
    if (!known || (known.version === null && version !== null)) {
      this.packages.set(name, { name, version, text: args.path, importer: args.importer });
    }
  }

  async resolve(build: PluginBuild, args: OnResolveArgs) {
    const { files, packagesFolder: folder } = this.#request;
    const { path: text, importer, kind } = args;
    if (/^(?:\.{0,2}\/)*wmill(?:\.ts)?$/.test(text) && /^[./]/.test(text)) {
      return { path: 'wmill', namespace: 'wmill' };
    }
    if (kind === 'url-token' && /^(?:https?:|data:|#|\/\/)/.test(text)) {
      return { path: text, external: true };
    }
    if (/^\.{0,2}\//.test(text) || text === '.' || text === '..') {
      const path = fileOf(files, importer, text);
      if (path !== undefined) return { path, namespace: 'app' };
      const similar = nearest(text, Object.keys(files));
      const hint = similar === undefined ? '' : `; there is ${similar}`;
      return problem(`there is no file for "${text}" in the app${hint}`);
    }
    const onServers = problem(`"${text}" exists on servers only; a runnable can use it`);
    if (text.startsWith('node:')) return onServers;
    const specifier = readSpecifier(text, '');
    // A package may have the name of a module of Node: events, buffer.
    const named = specifier.kind === 'builtin' ? readSpecifier(`npm:${text}`, '') : specifier;
    if (named.kind === 'refused') return problem(`"${text}" ${named.problem}; ${named.hint}`);
    if (named.kind !== 'package') return onServers;
    this.#package(named, args);
    if (folder === null) return { path: text, external: true };
    return build.resolve(`${named.name}${named.subpath}`, {
      importer: `${folder}/index.js`,
      namespace: 'file',
      resolveDir: folder,
      kind,
      pluginData: undefined,
    });
  }

  load(path: string) {
    const ending = /\.[^./]+$/.exec(path)?.[0] ?? '';
    const contents = this.#request.files[path] ?? '';
    if (ending === '.svelte' || ending === '.vue') {
      return problem(
        `${ending} files are not compiled here; use tsx, or push with wmill, which builds the app`,
      );
    }
    const loader = Object.hasOwn(loaders, ending) ? loaders[ending as keyof typeof loaders] : null;
    return loader ? { contents, loader } : problem(`a file ending in "${ending}" has no meaning`);
  }
}

function appPlugin(entry: string, app: AppFiles): Plugin {
  return {
    name: 'millrace-app',
    setup(build) {
      build.onResolve({ filter: /^millrace-entry:/ }, () => ({ path: entry, namespace: 'app' }));
      build.onResolve({ filter: /.*/, namespace: 'app' }, (args) => app.resolve(build, args));
      build.onLoad({ filter: /.*/, namespace: 'app' }, ({ path }) => app.load(path));
      build.onLoad({ filter: /.*/, namespace: 'wmill' }, () => ({
        contents: wmillModule,
        loader: 'js',
      }));
    },
  };
}

/** Where JSX comes from, if the app's own tsconfig says: nothing else in it changes a bundle. */
function tsconfigOf(files: Files): string {
  try {
    const { compilerOptions = {} } = JSON.parse(files['/tsconfig.json'] ?? '{}') as {
      compilerOptions?: Record<string, unknown>;
    };
    const { jsxImportSource } = compilerOptions;
    return JSON.stringify({
      compilerOptions: typeof jsxImportSource === 'string' ? { jsxImportSource } : {},
    });
  } catch {
    // With comments it is no JSON; what it says of types is nothing to a bundle.
    return '{}';
  }
}

function problemOf({ text, location }: Message): BuildProblem {
  if (!location) return { file: null, line: null, column: null, text };
  const inPackage = packageOf(location.file);
  const file = location.file.startsWith('app:') ? location.file.slice('app:'.length) : null;
  return {
    file,
    line: file === null ? null : location.line,
    column: file === null ? null : location.column + 1,
    text: inPackage === null ? text : `the package ${inPackage}: ${text}`,
  };
}

const placed = ({ file, line, column, text }: BuildProblem): string =>
  file === null ? text : `${file}:${line}:${column}: ${text}`;

function failureOf(error: unknown): unknown {
  if (!isBuildFailure(error)) return error;
  const problems = error.errors.slice(0, 20).map(problemOf);
  return new AppError('unprocessable', problems.map(placed).join('\n'), { details: { problems } });
}

/** Throws `unprocessable` with `details.problems`, a list of `BuildProblem`. */
export async function bundleApp(request: AppBundleRequest, esbuild: Esbuild): Promise<AppBundled> {
  const { packagesFolder: folder } = request;
  const entry = entries.find((path) => Object.hasOwn(request.files, path));
  if (entry === undefined) {
    const text = 'the app has no /index.tsx (or .ts, .jsx, .js), where it begins';
    const problems = [{ file: null, line: null, column: null, text }];
    throw new AppError('unprocessable', text, { details: { problems } });
  }
  const app = new AppFiles(request);
  const plugins = [appPlugin(entry, app)];
  if (folder !== null) plugins.push(packagePlugin(folder, 'absent'));
  let result: BuildResult;
  try {
    result = await esbuild.build(
      {
        ...options,
        entryPoints: [{ in: 'millrace-entry:', out: 'bundle' }],
        absWorkingDir: folder ?? '/',
        metafile: true,
        tsconfigRaw: tsconfigOf(request.files),
        plugins,
      },
      request.signal,
    );
  } catch (error) {
    throw failureOf(error);
  }
  if (folder !== null && result.metafile) refuseOutside(result.metafile);
  const output = (ending: string): string =>
    result.outputFiles?.find((file) => file.path.endsWith(ending))?.text ?? '';
  const warnings = result.warnings.map(problemOf).filter(({ file }) => file !== null);
  return {
    js: output('.js'),
    css: output('.css'),
    packages: [...app.packages.values()],
    warnings: warnings.slice(0, 20).map(placed),
  };
}
