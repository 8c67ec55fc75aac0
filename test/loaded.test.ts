// What a server loads before anybody asks for anything: packages that `docs/why/dependencies.md`
// calls loaded at first use cost no start and no memory at rest.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

const server = new URL('../src/server.ts', import.meta.url).href;

/** Imports the server and prints each package of which a file was loaded. */
const program = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  await import(${JSON.stringify(server)});
  console.log([...packages].join(' '));
  process.exit();
`;

describe('a server that starts', () => {
  it('loads what it needs at once, and the rest later', () => {
    const args = ['--input-type=module', '--eval', program];
    const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(' ');
    assert.ok(loaded.includes('fastify') && loaded.includes('zod'), loaded.join(' '));
    const late = ['kysely', 'pg', '@modelcontextprotocol/server'];
    assert.deepEqual(
      loaded.filter((name) => late.includes(name)),
      [],
    );
  });
});
