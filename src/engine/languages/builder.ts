// Building at deploy time: TypeScript becomes one bundle in the form that runners call; Python and
// Bash stay as they are. Nothing of the user's code runs here. What is installed for a build is
// cached under the data folder by the hash of its dependencies.
import * as esbuild from 'esbuild';
import { AppError, type Log, sha256 } from '../../base/index.ts';
import { bundle, type Bundled, type SourceScript } from './bundle.ts';
import { createParser } from './parser.ts';
import type { Language } from './signature.ts';

export interface BuildRequest {
  language: Language;
  content: string;
  /** The path the script is deployed at: relative imports start here. */
  path: string;
  /** The lock to build with, in Windmill's form; null or '' resolves anew. */
  lock: string | null;
  readScript(path: string): Promise<SourceScript | undefined>;
  signal: AbortSignal;
}

export interface Built {
  /** TypeScript: the body of `async function (__host)`. Python, Bash: the source. */
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
  stop(): Promise<void>;
}

export interface BuilderDeps {
  dataFolder: string;
  log: Log;
}

/** Same code and same kind of process: what one warm process may be kept for. */
function codeHashOf(language: Language, code: string): string {
  return sha256(`${language}\n${code}`);
}

export function createBuilder(_deps: BuilderDeps): Builder {
  const parser = createParser();
  // esbuild starts its service at the first call, which takes 30 ms that no deploy should wait for.
  const warm = esbuild.transform('').catch(() => undefined);

  async function buildTypeScript(request: BuildRequest): Promise<Built> {
    await warm;
    const bundled: Bundled = await bundle({ ...request, packagesFolder: null }, parser);
    if (bundled.packages.length > 0) {
      throw new AppError('not_implemented', 'npm packages cannot be imported yet.');
    }
    const body = await parser.functionBody(bundled.code, bundled.shallow);
    const code = `${body}${bundled.lines}\n`;
    return {
      code,
      codeHash: codeHashOf(request.language, code),
      lock: '',
      warnings: bundled.warnings,
    };
  }

  return {
    async build(request) {
      request.signal.throwIfAborted();
      const { language, content } = request;
      if (language !== 'python3' && language !== 'bash') return buildTypeScript(request);
      return { code: content, codeHash: codeHashOf(language, content), lock: '', warnings: [] };
    },
    async stop() {
      parser.stop();
      await warm;
      await esbuild.stop();
    },
  };
}
