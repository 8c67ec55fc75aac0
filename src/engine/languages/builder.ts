// Building at deploy time: TypeScript becomes one bundle in the form that runners call; sources of
// other languages stay as they are. Nothing of the user's code runs here. What is installed for a
// build is cached under the data folder by the hash of its dependencies.
import { AppError, type Log, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { type AppBuilder, createAppBuilder } from './app-builder.ts';
import { bundle } from './bundle.ts';
import { createBundler } from './bundler.ts';
import { createEsbuild } from './esbuild-service.ts';
import { createGoPrograms } from './go-programs.ts';
import { createInference, type InferSignature } from './infer.ts';
import { type Lock, readLock, writeLock } from './lock.ts';
import { openPackagesRoot } from './package-folders.ts';
import { createPackages, type PackageSet } from './packages.ts';
import { packagesIn, readPythonLock, withPackages, writePythonLock } from './python-lock.ts';
import { createPythonPackages } from './python-packages.ts';
import { gatherModules, withModules } from './python-modules.ts';
import { createPythonNeeds } from './python-needs.ts';
import { pythonVersion } from './python-signature.ts';
import { createParser } from './parser.ts';
import { readRegistry } from './registry.ts';
import { scriptMapComment } from './script-map.ts';
import type { PackageImport, SourceScript } from './script-plugin.ts';
import type { Language } from './signature.ts';
import { withWorkflowClient } from './workflow-client.ts';

export interface BuildRequest {
  language: Language;
  content: string;
  /** The path the script is deployed at: relative imports start here. */
  path: string;
  /** The lock to build with, in Windmill's form; null or '' resolves anew. */
  lock: string | null;
  readScript(path: string): Promise<SourceScript | undefined>;
  signal: AbortSignal;
  /** Told what an installer says. */
  onLog?: (text: string) => void;
}

export interface Built {
  /** TypeScript: the body of `async function (__host)`. Other languages: the source. */
  code: string;
  codeHash: string;
  /** '' when there is nothing to lock. */
  lock: string;
  /** What may fail when it runs, in words for the person who deploys. */
  warnings: string[];
}

export interface Builder {
  /** Throws `unprocessable` naming the import or line that fails, `canceled`, `timeout`. */
  build(request: BuildRequest): Promise<Built>;
  /**
   * The folder of packages (Go: of the program) that code which `build` made needs here; undefined
   * when it needs none. Makes them when this machine does not have them yet.
   * Throws as `build` does.
   */
  packagesFor(wanted: {
    language: string;
    code: string;
    signal: AbortSignal;
    onOutput: (text: string) => void;
  }): Promise<string | undefined>;
  /** As the function of that name, with the builder's sandbox around it. */
  inferSignature: InferSignature;
  /** Full-code apps, for browsers. */
  apps: AppBuilder;
  stop(): Promise<void>;
}

export interface BuilderDeps {
  dataFolder: string;
  sandbox: Sandbox;
  log: Log;
  /** Variables of npm and the network (NPM_CONFIG_REGISTRY, HTTPS_PROXY, …), if there are any. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** A bundle is stored, sent to workers and compiled in every process that runs it. */
const maxBundleLength = 16 * 1024 * 1024;

/** Same code and same kind of process: what one warm process may be kept for. */
function codeHashOf(language: Language, code: string): string {
  return sha256(`${language}\n${code}`);
}

function disagree(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && left !== right;
}

/** The package.json that the imports amount to; throws when they contradict each other. */
function dependenciesOf(imports: readonly PackageImport[]): Record<string, string> {
  const asked = new Map<string, PackageImport>();
  for (const one of imports) {
    const other = asked.get(one.name);
    if (other && disagree(other.version, one.version)) {
      throw new AppError(
        'unprocessable',
        `${one.importer} imports "${one.text}", and ${other.importer} imports "${other.text}": ` +
          'one bundle holds one version of a package.',
        { hint: `Ask for the same version of ${one.name} everywhere.` },
      );
    }
    if (!other || one.version !== null) asked.set(one.name, one);
  }
  const names = [...asked.keys()].toSorted();
  return Object.fromEntries(names.map((name) => [name, asked.get(name)?.version ?? 'latest']));
}

/** A lock is honoured when it has everything the code imports, in the versions it asks for. */
function assertLockCovers(lock: Lock, imports: readonly PackageImport[]): void {
  for (const { name, version, text, importer } of imports) {
    const locked = Object.hasOwn(lock.dependencies, name) ? lock.dependencies[name] : undefined;
    if (locked !== undefined && (version === null || version === locked)) continue;
    const said = locked === undefined ? 'does not have it' : `has version "${locked}" of it`;
    throw new AppError('unprocessable', `${importer} imports "${text}", but the lock ${said}.`, {
      hint: 'Deploy without a lock, so that the imports are resolved anew.',
      details: { file: importer, import: text },
    });
  }
}

const isTypeScript = (language: Language): boolean =>
  ['bun', 'deno', 'nativets', 'bunnative'].includes(language);

/** Comments at the very top that say how to run the script (`//nodejs`); they stay at the top. */
function annotationsOf(content: string): string[] {
  const lines: string[] = [];
  for (const line of content.split('\n', 20)) {
    const found = /^\/\/ ?(nodejs|npm|native|nobundling|sandbox)\b/.exec(line);
    if (!found) break;
    lines.push(`//${found[1]}`);
  }
  return lines;
}

function assertSize(path: string, code: string): void {
  if (code.length <= maxBundleLength) return;
  const mb = (code.length / 1024 / 1024).toFixed(1);
  throw new AppError('unprocessable', `${path} bundles to ${mb} MB; 16 MB is the most.`, {
    hint: 'Import fewer packages, or only the parts of them that are used.',
  });
}

export function createBuilder(deps: BuilderDeps): Builder {
  const parser = createParser();
  const { sandbox } = deps;
  let opened: Promise<string> | undefined;
  const root = (): Promise<string> => (opened ??= openPackagesRoot(deps.dataFolder, sandbox));
  const packages = createPackages({ root, sandbox, log: deps.log });
  const bundler = createBundler({ root, sandbox });
  const environment = deps.environment ?? {};
  const python = createPythonPackages({ root, sandbox, environment, log: deps.log });
  const go = createGoPrograms({ root, sandbox, log: deps.log });
  const needsOf = createPythonNeeds(sandbox);
  const { prepare } = parser;
  const esbuild = createEsbuild({ tries: 2 });

  async function packageSet(
    request: BuildRequest,
    imports: readonly PackageImport[],
  ): Promise<PackageSet> {
    const registry = await readRegistry(environment);
    const lock = request.lock === null ? undefined : readLock(request.lock, registry.origins);
    if (lock) assertLockCovers(lock, imports);
    const dependencies = lock?.dependencies ?? dependenciesOf(imports);
    const asked = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
    request.onLog?.(`${lock ? 'as locked' : 'to resolve'}: ${asked.join(' ')}\n`);
    return packages.provide({
      dependencies,
      bunLock: lock?.bunLock ?? null,
      imports,
      registry,
      signal: request.signal,
      ...(request.onLog ? { onOutput: request.onLog } : {}),
    });
  }

  async function buildTypeScript(request: BuildRequest): Promise<Built> {
    const { content, language, path, signal } = request;
    // Packages are left out at first: this run finds which there are, and every mistake of the
    // scripts themselves, before anything is installed.
    const entry = { ...request, content: withWorkflowClient(content), packagesFolder: null };
    const scripts = await bundle(entry, { esbuild, prepare });
    const head = annotationsOf(content);
    const headLines = head.length + 1;
    let body: string;
    let lock = '';
    let { warnings } = scripts;
    if (scripts.packages.length === 0) {
      const functions = await parser.functionBody(scripts.code, scripts.shallow);
      body = functions + scriptMapComment(scripts.sourceMap, headLines);
    } else {
      const set = await packageSet(request, scripts.packages);
      const task = { path, sources: scripts.sources, packagesFolder: set.folder, headLines };
      const bundled = await bundler.run(task, signal);
      ({ code: body, warnings } = bundled);
      lock = writeLock(set);
    }
    const code = [...head, body, ''].join('\n');
    assertSize(path, code);
    return { code, codeHash: codeHashOf(language, code), lock, warnings };
  }

  async function buildPython(request: BuildRequest): Promise<Built> {
    const { content, language, path, signal, onLog } = request;
    const log = onLog ? { onOutput: onLog } : {};
    const { modules, requirements } = await gatherModules(request, needsOf);
    let pins = request.lock === null ? undefined : readPythonLock(request.lock);
    let lock = request.lock ?? '';
    if (pins !== undefined) {
      onLog?.(`as locked: ${pins.join(' ')}\n`);
      await python.provide({ requirements: pins, locked: true, signal, ...log });
    } else if (requirements.length > 0) {
      onLog?.(`to resolve: ${requirements.join(' ')}\n`);
      ({ pins } = await python.provide({ requirements, locked: false, signal, ...log }));
      lock = writePythonLock(await pythonVersion(), pins);
    }
    const code = withPackages(withModules({ path, content, modules }), pins ?? []);
    return { code, codeHash: codeHashOf(language, code), lock, warnings: [] };
  }

  /** Compiles, to refuse what does not; where there is no Go the worker that runs it does. */
  async function buildGo({ language, content, signal, onLog }: BuildRequest): Promise<Built> {
    const log = onLog ? { onOutput: onLog } : {};
    if (go.available) await go.provide({ code: content, signal, ...log });
    const warnings = go.available
      ? []
      : ['There is no go here: mistakes in the code show when it first runs.'];
    return { code: content, codeHash: codeHashOf(language, content), lock: '', warnings };
  }

  return {
    inferSignature: createInference(parser, sandbox),
    async packagesFor({ language, code, ...how }) {
      if (language === 'go') return go.provide({ code, ...how });
      const requirements = language === 'python3' ? packagesIn(code) : [];
      if (requirements.length === 0) return undefined;
      return (await python.provide({ requirements, locked: true, ...how })).folder;
    },
    apps: createAppBuilder({
      bundler,
      packages,
      sandbox,
      environment: deps.environment ?? {},
    }),
    async build(request) {
      const { language, content, signal } = request;
      if (signal.aborted) throw new AppError('canceled', 'The deploy was canceled.');
      if (isTypeScript(language)) return buildTypeScript(request);
      if (language === 'python3') return buildPython(request);
      if (language === 'go') return buildGo(request);
      return { code: content, codeHash: codeHashOf(language, content), lock: '', warnings: [] };
    },
    async stop() {
      parser.stop();
      bundler.stop();
      await esbuild.stop();
    },
  };
}
