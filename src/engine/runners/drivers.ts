// Runs queries: the driver of the language is a program like any script's, bundled when it is first
// needed, and the query with its arguments is what it is called with. So the server process
// never speaks to a database of a user, and connection data go to the child by its pipe alone.
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { sha256 } from '../../base/index.ts';
import { createEsbuild, type Esbuild } from '../languages/index.ts';
import { isQueryLanguage, type QueryLanguage } from '../queries/index.ts';
import type { RunOutcome, RunRequest } from './runner.ts';

type Run = (request: RunRequest) => Promise<RunOutcome>;

export interface Drivers {
  /** Runs a request for a query language; undefined for any other. */
  run(request: RunRequest, run: Run): Promise<RunOutcome> | undefined;
  stop(): Promise<void>;
}

interface Driver {
  code: string;
  codeHash: string;
}

const abandonWithinMs = 10_000;
const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';

async function bundleDriver(esbuild: Esbuild, language: QueryLanguage): Promise<Driver> {
  const entry = new URL(`./drivers/${language}-child.${extension}`, import.meta.url);
  const options: BuildOptions = {
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    write: false,
    // Drivers load these only where they are there.
    external: ['pg-native', 'cloudflare:sockets'],
  };
  const { outputFiles } = await esbuild.build(options, new AbortController().signal);
  const text = outputFiles?.[0]?.text ?? '';
  const code = [
    'const module = { exports: {} };',
    '((module, exports, require) => {',
    text,
    '})(module, module.exports, __host.require);',
    'return module.exports;',
  ].join('\n');
  return { code, codeHash: sha256(code) };
}

/** The request that the driver gets instead; runs of one identity share its processes. */
function asked(request: RunRequest, driver: Driver): RunRequest {
  const { timeoutMs, maxResultBytes } = request.limits;
  const limits = { timeoutMs, maxResultBytes, jobId: request.jobId };
  return {
    ...request,
    ...driver,
    runtime: 'node',
    entrypoint: 'main',
    parameters: ['source', 'values', 'limits'],
    args: { source: request.code, values: request.args, limits },
  };
}

/** For a server that goes on with a statement although nobody waits for it any more. */
function farewell(request: RunRequest): RunRequest {
  return {
    ...request,
    entrypoint: 'abandon',
    limits: { ...request.limits, timeoutMs: abandonWithinMs },
    signal: new AbortController().signal,
    onLog: () => {},
  };
}

export function createDrivers(): Drivers {
  let esbuild: Esbuild | undefined;
  const bundled = new Map<QueryLanguage, Promise<Driver>>();

  function driverOf(language: QueryLanguage): Promise<Driver> {
    const known = bundled.get(language);
    if (known !== undefined) return known;
    const made = bundleDriver((esbuild ??= createEsbuild({ tries: 2 })), language);
    bundled.set(language, made);
    made.catch(() => bundled.delete(language));
    return made;
  }

  async function runQuery(request: RunRequest, language: QueryLanguage, run: Run) {
    const query = asked(request, await driverOf(language));
    const outcome = await run(query);
    if (outcome.killed !== null && language === 'mysql') await run(farewell(query));
    return outcome;
  }

  return {
    run(request, run) {
      const { language } = request;
      return isQueryLanguage(language) ? runQuery(request, language, run) : undefined;
    },
    stop: async () => esbuild?.stop(),
  };
}
