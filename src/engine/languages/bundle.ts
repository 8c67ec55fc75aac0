// One bundle of a script, the scripts that it imports and, once they are installed, its npm
// packages: an ES module, made by esbuild.
import type { BuildOptions, BuildResult } from 'esbuild';
import { bundleFailure } from './bundle-failure.ts';
import type { Esbuild } from './esbuild-service.ts';
import { addonWarning, packagePlugin, refuseOutside } from './package-plugin.ts';
import type { Prepare } from './parser.ts';
import {
  type BundleRequest,
  entryName,
  type Findings,
  type PackageImport,
  scriptPlugin,
} from './script-plugin.ts';
import { workflowExport } from './workflow-client.ts';

export interface Bundled {
  /** An ES module; its line n is line n + 1 of what `functionBody` makes. */
  code: string;
  packages: PackageImport[];
  warnings: string[];
  /** Each script that was reached, as esbuild saw it. */
  sources: Map<string, string>;
  /** None of the scripts is long; says nothing of packages. */
  shallow: boolean;
  /** From the code to its sources, as esbuild writes it. */
  sourceMap: string;
}

const options: BuildOptions = {
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
  charset: 'utf8',
  // Packages in CommonJS expect to be files; in a bundle there is no file beside them.
  define: { __dirname: '"/bundle"', __filename: '"/bundle/index.js"' },
  loader: { '.wasm': 'binary', '.txt': 'text', '.md': 'text', '.html': 'text', '.css': 'empty' },
  // Neither a tsconfig.json above the cache nor one inside a package changes what a script means.
  tsconfigRaw: '{}',
  sourcemap: 'external',
  sourcesContent: false,
  logLevel: 'silent',
};

/** What may fail when it runs: only what the person who deploys can do something about. */
function warningsOf({ warnings, metafile }: BuildResult): string[] {
  const said = warnings
    .filter(({ location }) => location?.file.startsWith('script:'))
    .map(({ location, text }) => {
      const place = `${location?.file.slice('script:'.length)}:${location?.line}`;
      return `${place}: ${text}`;
    });
  return metafile ? [...said, ...addonWarning(metafile)] : said;
}

/** Bundles; throws `unprocessable` that names the import or the line that fails. */
export async function bundle(
  request: BundleRequest,
  { esbuild, prepare }: { esbuild: Esbuild; prepare: Prepare },
): Promise<Bundled> {
  const { packagesFolder: folder } = request;
  const findings: Findings = {
    packages: new Map(),
    sources: new Map(),
    failure: undefined,
    shallow: true,
  };
  const scripts = scriptPlugin(request, prepare, findings);
  let result: BuildResult;
  try {
    result = await esbuild.build(
      {
        ...options,
        // A task's key is the name of its function.
        keepNames: request.content.includes(workflowExport),
        absWorkingDir: folder ?? '/',
        metafile: folder !== null,
        plugins: folder === null ? [scripts] : [scripts, packagePlugin(folder)],
      },
      request.signal,
    );
  } catch (error) {
    throw findings.failure ?? bundleFailure(error, request);
  }
  if (result.metafile) refuseOutside(result.metafile);
  const output = (ending: string): string =>
    result.outputFiles?.find((file) => file.path.endsWith(ending))?.text ?? '';
  return {
    code: output('.js'),
    packages: [...findings.packages.values()],
    warnings: warningsOf(result),
    sources: findings.sources,
    shallow: findings.shallow,
    sourceMap: output('.js.map'),
  };
}
