// One esbuild run over a script, the scripts that it imports, and (when they are installed) its npm
// packages. Scripts never touch the file system here: they come through `readScript`.
import { relative, sep } from 'node:path';
import * as esbuild from 'esbuild';
import { AppError } from '../../base/index.ts';
import { bundleFailure } from './bundle-failure.ts';
import { lineMap } from './line-map.ts';
import type { Parser } from './parser.ts';
import type { Language } from './signature.ts';
import { readSpecifier, scriptCandidates, type Specifier } from './specifier.ts';

export type PackageImport = Extract<Specifier, { kind: 'package' }> & {
  /** As written, and the script that says it. */
  text: string;
  importer: string;
};

export interface SourceScript {
  content: string;
  language: Language;
}

export interface BundleRequest {
  path: string;
  content: string;
  /** A script of the same workspace, or undefined when there is none. */
  readScript(path: string): Promise<SourceScript | undefined>;
  /** Folder that holds `node_modules`; null leaves packages out and only names them. */
  packagesFolder: string | null;
}

export interface Bundled {
  /** An ES module; line n of it is line n of what `functionBody` makes, after its first. */
  code: string;
  packages: PackageImport[];
  warnings: string[];
  /** Neither a package nor a long script is in it. */
  shallow: boolean;
  /** See `line-map.ts`. */
  lines: string;
}

const entryName = 'millrace-entry:';
const typeScript: ReadonlySet<Language> = new Set(['bun', 'deno', 'nativets']);

/** What one build finds out; the plugin writes, `bundle` reads. */
interface Findings {
  packages: Map<string, PackageImport>;
  /** The first refusal, in our words; esbuild would only repeat its message. */
  failure: unknown;
  shallow: boolean;
}

function refusedImport(importer: string, text: string, problem: string, hint: string): AppError {
  return new AppError('unprocessable', `${importer} imports "${text}", which ${problem}.`, {
    hint,
    details: { file: importer, import: text },
  });
}

async function findScript(
  request: BundleRequest,
  wanted: string,
): Promise<{ path: string; script: SourceScript } | undefined> {
  for (const path of scriptCandidates(wanted)) {
    if (path === request.path)
      return { path, script: { content: request.content, language: 'bun' } };
    const script = await request.readScript(path);
    if (script) return { path, script };
  }
  return undefined;
}

/** Built-in, or undefined for what esbuild resolves itself. */
function builtinOf(path: string): esbuild.OnResolveResult | undefined {
  const specifier = readSpecifier(path, '');
  return specifier.kind === 'builtin' ? { path: specifier.name, external: true } : undefined;
}

/**
 * What packages import from each other stays below `folder`: npm's rule would go on looking in the
 * folders above it, up to the server's own packages.
 */
function packagePlugin(folder: string): esbuild.Plugin {
  const checked = Symbol('checked');
  return {
    name: 'millrace-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./#]/, namespace: 'file' }, async (args) => {
        if (args.pluginData === checked || args.kind === 'entry-point') return undefined;
        const builtin = builtinOf(args.path);
        if (builtin) return builtin;
        const { importer, namespace, resolveDir, kind } = args;
        const found = await build.resolve(args.path, {
          importer,
          namespace,
          resolveDir,
          kind,
          pluginData: checked,
        });
        if (found.errors.length > 0 || found.external || found.path.startsWith(folder + sep)) {
          return found.errors.length > 0 ? undefined : found;
        }
        // A `require` may stand in a `try`: it fails when it runs, as it does without the package.
        if (kind === 'require-call') return { path: args.path, external: true };
        return { errors: [{ text: `Could not resolve "${args.path}"` }] };
      });
    },
  };
}

/** The plugin that resolves and loads scripts. */
function scriptPlugin(request: BundleRequest, parser: Parser, findings: Findings): esbuild.Plugin {
  const sources = new Map<string, string>([[request.path, request.content]]);

  async function toScript(
    args: esbuild.OnResolveArgs,
    path: string,
  ): Promise<esbuild.OnResolveResult> {
    const found = await findScript(request, path);
    if (!found) {
      throw refusedImport(
        args.importer,
        args.path,
        `means the script ${path}, and there is none`,
        'Deploy that script first, or correct the path.',
      );
    }
    if (!typeScript.has(found.script.language)) {
      throw refusedImport(
        args.importer,
        args.path,
        `is a ${found.script.language} script, and only TypeScript can be imported here`,
        'Run it as a job of its own instead.',
      );
    }
    sources.set(found.path, found.script.content);
    return { path: found.path, namespace: 'script' };
  }

  async function toPackage(
    build: esbuild.PluginBuild,
    args: esbuild.OnResolveArgs,
    wanted: Extract<Specifier, { kind: 'package' }>,
  ): Promise<esbuild.OnResolveResult> {
    const key = `${wanted.name}@${wanted.version ?? ''}${wanted.subpath}`;
    findings.packages.set(key, { ...wanted, text: args.path, importer: args.importer });
    if (request.packagesFolder === null) return { path: args.path, external: true };
    const resolved = await build.resolve(`${wanted.name}${wanted.subpath}`, {
      resolveDir: request.packagesFolder,
      kind: args.kind,
    });
    if (resolved.errors.length === 0) return resolved;
    throw refusedImport(
      args.importer,
      args.path,
      `is not in the package ${wanted.name}: ${resolved.errors[0]?.text ?? 'not found'}`,
      'Correct the part after the package name, or ask for a version that has it.',
    );
  }

  async function resolve(
    build: esbuild.PluginBuild,
    args: esbuild.OnResolveArgs,
  ): Promise<esbuild.OnResolveResult> {
    const specifier = readSpecifier(args.path, args.importer);
    switch (specifier.kind) {
      case 'builtin':
        return { path: specifier.name, external: true };
      case 'script':
        return toScript(args, specifier.path);
      case 'package':
        return toPackage(build, args, specifier);
      case 'refused':
        throw refusedImport(args.importer, args.path, specifier.problem, specifier.hint);
    }
  }

  return {
    name: 'millrace-scripts',
    setup(build) {
      const orFail =
        <Args, Result>(step: (args: Args) => Promise<Result>) =>
        async (args: Args): Promise<Result> => {
          try {
            return await step(args);
          } catch (error) {
            findings.failure ??= error;
            throw error;
          }
        };
      build.onResolve({ filter: /^millrace-entry:$/ }, () => ({
        path: request.path,
        namespace: 'script',
      }));
      build.onResolve(
        { filter: /.*/, namespace: 'script' },
        orFail((args: esbuild.OnResolveArgs) => resolve(build, args)),
      );
      build.onLoad(
        { filter: /.*/, namespace: 'script' },
        orFail(async ({ path }: esbuild.OnLoadArgs) => {
          // Before esbuild, which dies of deep nesting and takes every other build with it.
          const { contents, shallow } = await parser.prepare(path, sources.get(path) ?? '');
          findings.shallow &&= shallow;
          return { contents, loader: 'ts' as const };
        }),
      );
    },
  };
}

function options(request: BundleRequest, plugin: esbuild.Plugin): esbuild.BuildOptions {
  return {
    entryPoints: [{ in: entryName, out: 'bundle' }],
    bundle: true,
    write: false,
    outdir: '/',
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    // V8 has no decorators yet, and `esnext` would leave them in.
    supported: { decorators: false },
    treeShaking: true,
    legalComments: 'none',
    // Packages in CommonJS expect to be files; in a bundle there is no file beside them.
    define: { __dirname: '"/bundle"', __filename: '"/bundle/index.js"' },
    charset: 'utf8',
    loader: { '.wasm': 'binary', '.txt': 'text', '.md': 'text', '.html': 'text', '.css': 'empty' },
    // Neither a tsconfig.json above the cache nor one inside a package changes what a script means.
    tsconfigRaw: '{}',
    metafile: request.packagesFolder !== null,
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    absWorkingDir: request.packagesFolder ?? '/',
    plugins:
      request.packagesFolder === null ? [plugin] : [plugin, packagePlugin(request.packagesFolder)],
  };
}

/** A package may not read beside itself: what it names would end up in somebody's bundle. */
function refuseOutside(folder: string, metafile: esbuild.Metafile): void {
  for (const input of Object.keys(metafile.inputs)) {
    if (input.startsWith('script:') || input.startsWith('(disabled):')) continue;
    const inside = relative(folder, `${folder}${sep}${input}`);
    if (inside.startsWith(`node_modules${sep}`)) continue;
    throw new AppError('unprocessable', 'A package imports a file outside of its own folder.', {
      hint: 'Leave that package out; it may be hostile.',
    });
  }
}

const addonLoader =
  /(?:^|\/)node_modules\/(bindings|node-gyp-build|node-gyp-build-optional-packages|@mapbox\/node-pre-gyp|prebuild-install)\//;

/** What may fail when it runs: only what the person who deploys can do something about. */
function warningsOf({ warnings, metafile }: esbuild.BuildResult): string[] {
  const said = warnings
    .filter(({ location }) => location?.file.startsWith('script:'))
    .map(({ location, text }) => {
      const place = `${location?.file.slice('script:'.length)}:${location?.line}`;
      return `${place}: ${text}`;
    });
  const addon = Object.keys(metafile?.inputs ?? {}).find((input) => addonLoader.test(input));
  if (addon === undefined) return said;
  const loader = addonLoader.exec(addon)?.[1];
  return [
    ...said,
    `A package loads compiled code (through ${loader}), which is not in the bundle: ` +
      'where it has no plain JavaScript to fall back to, it fails when it runs.',
  ];
}

/** Bundles; throws `unprocessable` that names the import or the line that fails. */
export async function bundle(request: BundleRequest, parser: Parser): Promise<Bundled> {
  const findings: Findings = { packages: new Map(), failure: undefined, shallow: true };
  const plugin = scriptPlugin(request, parser, findings);
  let result: esbuild.BuildResult;
  try {
    result = await esbuild.build(options(request, plugin));
  } catch (error) {
    throw findings.failure ?? bundleFailure(error, request);
  }
  if (request.packagesFolder !== null && result.metafile) {
    refuseOutside(request.packagesFolder, result.metafile);
  }
  const output = (ending: string): string =>
    result.outputFiles?.find((file) => file.path.endsWith(ending))?.text ?? '';
  return {
    code: output('.js'),
    packages: [...findings.packages.values()],
    warnings: warningsOf(result),
    shallow: findings.shallow && request.packagesFolder === null,
    lines: lineMap(output('.js.map')),
  };
}
