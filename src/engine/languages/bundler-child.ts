// The program of the bundler's child process: sees packages, and of scripts only what it is sent.
import { type AppBundled, bundleApp } from './app-bundle.ts';
import { bundle } from './bundle.ts';
import type { AppTask, BundlerTask, PackagedBundle } from './bundler.ts';
import { createEsbuild } from './esbuild-service.ts';
import { functionBody } from './function-form.ts';
import { scriptMapComment } from './script-map.ts';
import { serveTasks } from './task-child.ts';

const esbuild = createEsbuild({ tries: 1 });
// The parent has parsed the scripts already.
const prepare = async (_file: string, contents: string) => ({ contents, shallow: false });

/** The parent kills the whole process when it loses interest. */
const { signal } = new AbortController();

async function bundleScript(task: BundlerTask): Promise<PackagedBundle> {
  const { path, sources, packagesFolder, headLines } = task;
  const { code, sourceMap, warnings } = await bundle(
    {
      path,
      content: sources.get(path) ?? '',
      readScript: async (wanted) => {
        const content = sources.get(wanted);
        return content === undefined ? undefined : { content, language: 'bun' };
      },
      packagesFolder,
      signal,
    },
    { esbuild, prepare },
  );
  return { code: functionBody(code) + scriptMapComment(sourceMap, headLines), warnings };
}

serveTasks((task): Promise<PackagedBundle | AppBundled> => {
  const given = task as BundlerTask | AppTask;
  return 'files' in given ? bundleApp({ ...given, signal }, esbuild) : bundleScript(given);
});
