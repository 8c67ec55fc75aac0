// The esbuild plugin for scripts: what they import, and their sources, which come through
// `readScript` and never from the disk. Packages resolve among themselves (`package-plugin.ts`).
import type { OnLoadArgs, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { AppError } from '../../base/index.ts';
import { clientModule } from '../clients/index.ts';
import type { Prepare } from './parser.ts';
import type { Language } from './signature.ts';
import { readSpecifier, scriptCandidates, type Specifier } from './specifier.ts';

type PackageSpecifier = Extract<Specifier, { kind: 'package' }>;

export type PackageImport = PackageSpecifier & {
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
  signal: AbortSignal;
}

/** What one build finds out: the plugin writes it. */
export interface Findings {
  packages: Map<string, PackageImport>;
  /** The first refusal, in our words; esbuild would only repeat its message. */
  failure: unknown;
  shallow: boolean;
  /** Each script that was reached, as esbuild saw it. */
  sources: Map<string, string>;
}

export const entryName = 'millrace-entry:';
const typeScript: ReadonlySet<Language> = new Set(['bun', 'deno', 'nativets', 'bunnative']);

function refuse(args: OnResolveArgs, problem: string, hint: string): AppError {
  const { importer, path } = args;
  return new AppError('unprocessable', `${importer} imports "${path}", which ${problem}.`, {
    hint,
    details: { file: importer, import: path },
  });
}

/** Resolves and reads scripts; one for each build. */
class Scripts {
  readonly #request: BundleRequest;
  readonly #sources: Map<string, string>;

  constructor(request: BundleRequest) {
    this.#request = request;
    this.#sources = new Map([[request.path, request.content]]);
  }

  async resolve(args: OnResolveArgs, wanted: string): Promise<OnResolveResult> {
    for (const path of scriptCandidates(wanted)) {
      if (this.#sources.has(path)) return { path, namespace: 'script' };
      const script = await this.#request.readScript(path);
      if (!script) continue;
      if (!typeScript.has(script.language)) {
        throw refuse(
          args,
          `is a ${script.language} script, and only TypeScript can be imported here`,
          'Run it as a job of its own instead.',
        );
      }
      this.#sources.set(path, script.content);
      return { path, namespace: 'script' };
    }
    throw refuse(
      args,
      `means the script ${wanted}, and there is none`,
      'Deploy that script first, or correct the path.',
    );
  }

  source(path: string): string {
    return this.#sources.get(path) ?? '';
  }
}

async function resolvePackage(
  build: PluginBuild,
  args: OnResolveArgs,
  { wanted, folder }: { wanted: PackageSpecifier; folder: string | null },
): Promise<OnResolveResult> {
  if (folder === null) return { path: args.path, external: true };
  const resolved = await build.resolve(`${wanted.name}${wanted.subpath}`, {
    resolveDir: folder,
    kind: args.kind,
  });
  if (resolved.errors.length === 0) return resolved;
  throw refuse(
    args,
    `is not in the package ${wanted.name}`,
    'Correct the part after the package name, or ask for a version that has it.',
  );
}

export function scriptPlugin(request: BundleRequest, prepare: Prepare, findings: Findings): Plugin {
  const scripts = new Scripts(request);

  async function resolve(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> {
    const specifier = readSpecifier(args.path, args.importer);
    switch (specifier.kind) {
      case 'builtin':
        return { path: specifier.name, external: true };
      case 'script':
        return scripts.resolve(args, specifier.path);
      case 'client':
        return { path: clientModule.specifier, namespace: 'client' };
      case 'package': {
        const found = { ...specifier, text: args.path, importer: args.importer };
        findings.packages.set(`${found.importer}\n${found.text}`, found);
        return resolvePackage(build, args, { wanted: specifier, folder: request.packagesFolder });
      }
      case 'refused':
        throw refuse(args, specifier.problem, specifier.hint);
    }
  }

  async function load({ path }: OnLoadArgs) {
    // Before esbuild, which dies of deep nesting and takes every other build with it.
    const { contents, shallow } = await prepare(path, scripts.source(path));
    findings.sources.set(path, contents);
    findings.shallow &&= shallow;
    return { contents, loader: 'ts' as const };
  }

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

  return {
    name: 'millrace-scripts',
    setup(build) {
      const entry = { path: request.path, namespace: 'script' };
      build.onResolve({ filter: /^millrace-entry:$/ }, () => entry);
      build.onResolve(
        { filter: /.*/, namespace: 'script' },
        orFail((args: OnResolveArgs) => resolve(build, args)),
      );
      build.onLoad({ filter: /.*/, namespace: 'script' }, orFail(load));
      build.onLoad({ filter: /.*/, namespace: 'client' }, () => ({
        contents: clientModule.source,
        loader: 'ts',
      }));
    },
  };
}
