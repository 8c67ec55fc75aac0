#!/usr/bin/env node
// The command `millrace`: goes on with Node 24 where this one is older, then hands over to the
// command line in src/. Plain JavaScript, because an older Node must be able to read it.
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithParent, goOn, isRecent, refuseOldNode } from '../scripts/lib/node24.mjs';

/** Compiled sources are kept beside the packages, or, when those are read-only, at home. */
function keepCompiled() {
  const beside = fileURLToPath(new URL('../node_modules/.cache/millrace', import.meta.url));
  for (const folder of [beside, join(homedir(), '.cache', 'millrace')]) {
    const { status } = module.enableCompileCache(folder);
    if (status !== module.constants.compileCacheStatus.FAILED) break;
  }
  // A server may live for months and end by force: what it compiled is written now.
  setTimeout(() => module.flushCompileCache(), 5_000).unref();
}

/** The parts of the server are loaded only for the commands that are the server. */
const lazily =
  (role) =>
  async (...given) =>
    (await import('../src/main.ts')).roles[role](...given);

refuseOldNode();
if (!isRecent()) {
  await goOn(fileURLToPath(import.meta.url), process.argv.slice(2));
} else {
  endWithParent();
  keepCompiled();
  const { main } = await import('../src/surface/cli/index.ts');
  const code = await main(process.argv.slice(2), {
    start: lazily('start'),
    worker: lazily('worker'),
    backup: lazily('backup'),
    restore: lazily('restore'),
  });
  process.exit(code);
}
