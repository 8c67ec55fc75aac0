// Calls a bundle as runners do: the body of an async function that gets `__host`.
import { createRequire } from 'node:module';

export type Exports = Record<string, unknown> & { main: (...args: unknown[]) => Promise<unknown> };

type Body = (host: object) => Promise<Exports>;

const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => Body;

async function importBuiltin(name: string): Promise<object> {
  const found = process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`there is no built-in module ${name}`);
  return { ...found, default: found };
}

const host = {
  import: importBuiltin,
  require: createRequire(import.meta.url),
  meta: { url: 'file:///tmp/job/script.ts' },
};

/** Compiles the code once; each call of the result is a run with modules of its own. */
export function compileBundle(code: string): () => Promise<Exports> {
  const body = new AsyncFunction('__host', code);
  return () => body(host);
}

export function runBundle({ code }: { code: string }): Promise<Exports> {
  return compileBundle(code)();
}
