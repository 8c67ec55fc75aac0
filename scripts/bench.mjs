// `npm run bench [-- <part of a name>…]`: runs the benchmarks one after the other on Node 24.
// They print figures beside their targets; a slow machine fails nothing, only a broken one does.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { onNode24 } from './lib/node24.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function run() {
  const parts = process.argv.slice(2);
  const files = readdirSync(`${root}bench`)
    .filter((name) => name.endsWith('.bench.ts'))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
  if (files.length === 0) {
    console.error(`No benchmark's name holds ${parts.join(' or ')}.`);
    process.exit(2);
  }
  for (const name of files.toSorted()) {
    console.log(`\n${name}`);
    const { status } = spawnSync(process.execPath, [`bench/${name}`], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}

ensureInstalled({ dev: true });
await onNode24(import.meta.url, async () => run());
