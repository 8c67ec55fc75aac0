// Builds full-code apps: finds what the files import, installs that, bundles, and tries the bundle.
// All of it in children; this file only knows their order.
import { AppError } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { AppImport } from './app-bundle.ts';
import { type Trial, tryApp } from './app-trial.ts';
import type { Bundler } from './bundler.ts';
import type { Packages } from './packages.ts';
import { isVersionRange } from './lock.ts';
import { readRegistry } from './registry.ts';

export interface AppSources {
  /** By path, such as `/index.tsx`. */
  files: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface BuiltApp {
  js: string;
  css: string;
  warnings: string[];
}

export interface AppBuilder {
  /**
   * Throws `unprocessable`, with `details.problems` (file, line, column, text) where it is known
   * which file is wrong; `canceled`, `timeout`.
   */
  build(sources: AppSources): Promise<BuiltApp>;
  /** Runs a bundle and says what it did to the page. */
  try(js: string, signal: AbortSignal): Promise<Trial>;
}

const manifestPath = '/package.json';

function manifestProblem(text: string): AppError {
  const problems = [{ file: manifestPath, line: null, column: null, text }];
  return new AppError('unprocessable', `${manifestPath}: ${text}`, { details: { problems } });
}

/** The versions that the app's package.json asks for. */
function declared(files: AppSources['files']): Map<string, string> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(files[manifestPath] ?? '{}');
  } catch {
    throw manifestProblem('it is not JSON');
  }
  const { dependencies = {} } = (manifest ?? {}) as { dependencies?: unknown };
  if (typeof dependencies !== 'object' || dependencies === null || Array.isArray(dependencies)) {
    throw manifestProblem('dependencies is an object of versions by package');
  }
  return new Map(
    Object.entries(dependencies).map(([name, version]): [string, string] => {
      if (typeof version === 'string' && isVersionRange(version)) return [name, version];
      throw manifestProblem(
        `dependencies.${name}: ${JSON.stringify(version)} is no version of the npm registry`,
      );
    }),
  );
}

/** What to install: what is imported, in the version that an import or package.json asks for. */
function wanted(
  imports: readonly AppImport[],
  versions: ReadonlyMap<string, string>,
): Record<string, string> {
  const names = [...new Set(imports.map(({ name }) => name))].toSorted();
  const asked = new Map(imports.map(({ name, version }) => [name, version]));
  return Object.fromEntries(
    names.map((name) => [name, asked.get(name) ?? versions.get(name) ?? 'latest']),
  );
}

export function createAppBuilder({
  bundler,
  packages,
  sandbox,
  environment,
}: {
  bundler: Pick<Bundler, 'app'>;
  packages: Packages;
  sandbox: Sandbox;
  environment: Readonly<Record<string, string | undefined>>;
}): AppBuilder {
  return {
    async build({ files, signal }) {
      const versions = declared(files);
      // Packages are left out at first: this finds which there are, and the mistakes of the files.
      const first = await bundler.app({ files, packagesFolder: null }, signal);
      if (first.packages.length === 0) return first;
      const set = await packages.provide({
        dependencies: wanted(first.packages, versions),
        bunLock: null,
        imports: first.packages.map((one) => ({ ...one, kind: 'package', subpath: '' })),
        registry: await readRegistry(environment),
        signal,
      });
      return bundler.app({ files, packagesFolder: set.folder }, signal);
    },
    try: (js, signal) => tryApp(sandbox, js, signal),
  };
}
