// Temporary folders end with their server, however that ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTemporaryFolder } from './temporary.ts';

const program = `
  import { makeTemporaryFolder } from ${JSON.stringify(
    fileURLToPath(new URL('./temporary.ts', import.meta.url)),
  )};
  const { path } = await makeTemporaryFolder('test', { listed: true });
  process.stdout.write(path);
  process.stdin.resume().on('end', () => process.exit());
`;

async function pathOfChild(end: (child: ReturnType<typeof spawn>) => void): Promise<string> {
  const argv = ['--input-type=module', '-e', program];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  assert.ok(existsSync(chunk.toString()));
  end(child);
  await once(child, 'exit');
  return chunk.toString();
}

test('a folder that is closed is gone, and was open to whom it should be', async () => {
  const listed = await makeTemporaryFolder('test', { listed: true });
  const passed = await makeTemporaryFolder('test', { listed: false });
  assert.equal(statSync(listed.path).mode & 0o777, 0o755);
  assert.equal(statSync(passed.path).mode & 0o777, 0o711);
  await Promise.all([listed.close(), passed.close()]);
  assert.deepEqual([existsSync(listed.path), existsSync(passed.path)], [false, false]);
});

test('a process that just ends leaves no folder', async () => {
  assert.equal(existsSync(await pathOfChild((child) => child.stdin?.end())), false);
});

test('what a killed process left is removed by the next, what a live one has is not', async () => {
  const kept = await makeTemporaryFolder('test', { listed: true });
  const left = await pathOfChild((child) => child.kill('SIGKILL'));
  assert.equal(existsSync(left), true);
  const next = await makeTemporaryFolder('test', { listed: true });
  assert.deepEqual([existsSync(left), existsSync(kept.path)], [false, true]);
  await Promise.all([kept.close(), next.close()]);
});
