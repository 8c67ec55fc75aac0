#!/usr/bin/env node
// The command `millrace`: goes on with Node 24 where this one is older, then hands over to the
// command line in src/. Plain JavaScript, because an older Node must be able to read it.
import { fileURLToPath } from 'node:url';
import { forgetEnvironment } from '../scripts/lib/environment.mjs';
import {
  endWithParent,
  goOn,
  isRecent,
  keepCompiled,
  refuseOldNode,
} from '../scripts/lib/node24.mjs';

/**
 * The parts of the server are loaded only for the commands that are the server. What they are
 * given holds every setting, and they are the first to start children.
 */
const lazily =
  (role) =>
  async (...given) => {
    forgetEnvironment();
    return (await import('../src/main.ts')).roles[role](...given);
  };

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
