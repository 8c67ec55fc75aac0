// `npm test [-- <part of a path>… | --postgres15]`: installs what is missing, starts one throwaway
// PostgreSQL for all files, runs them on Node 24 and ends as they end. Fails, and says why, when
// something that the tests need is not there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { follow, onNode24 } from './lib/node24.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const postgres15 = '/usr/lib/postgresql/15/bin';
/** What must hold on an older PostgreSQL too: everything that speaks SQL. */
const suitesOnPostgres15 = ['src/store/', 'src/operation/', 'src/identity/', 'src/engine/'];
/** Parts of the engine that speak none, and take long. */
const withoutSql = ['src/engine/languages/', 'src/engine/runners/', 'src/engine/sandbox/'];
/** Of one file; a test that hangs is a failure, not a night. */
const limitMs = 240_000;

const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

const has = (program) =>
  spawnSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** @param {{ program: string, debianPackage: string }[]} wanted */
function ensureTools(wanted) {
  const missing = wanted.filter(({ program }) => !has(program));
  if (missing.length === 0) return;
  const names = missing.map(({ debianPackage }) => debianPackage);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && has('apt-get')) {
    say(`Installing ${names.join(', ')} with apt …`);
    const options = { stdio: ['ignore', 'ignore', 'inherit'] };
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { ...options, env });
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...names];
    spawnSync('apt-get', args, { ...options, env });
  }
  const still = missing.filter(({ program }) => !has(program));
  if (still.length === 0) return;
  fail(
    `This machine lacks what tests need: ${still.map(({ program }) => program).join(', ')}.\n` +
      `On Debian: sudo apt-get install ${still.map((tool) => tool.debianPackage).join(' ')}`,
  );
}

/** Every test file, or those whose path holds one of `parts`. */
function findTests(parts) {
  const files = ['src', 'test']
    .flatMap((folder) =>
      readdirSync(root + folder, { recursive: true }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => path.endsWith('.test.ts'))
    .toSorted();
  if (parts.length === 0) return files;
  const found = files.filter((file) => parts.some((part) => file.includes(part)));
  if (found.length === 0) fail(`No test file's path holds ${parts.join(' or ')}.`);
  return found;
}

async function run() {
  const given = process.argv.slice(2);
  const onPostgres15 = given.includes('--postgres15');
  const flags = given.filter((text) => text.startsWith('--test-'));
  const parts = given.filter((text) => !text.startsWith('--'));
  const wanted = parts.length > 0 || !onPostgres15 ? parts : suitesOnPostgres15;
  const found = findTests(wanted.map((part) => part.replace(/^\.\//, '')));
  const speaksSql = (file) => !withoutSql.some((folder) => file.startsWith(folder));
  const files = onPostgres15 && parts.length === 0 ? found.filter(speaksSql) : found;

  const started = performance.now();
  const { startTestCluster } = await import('../test/kit/cluster.ts');
  const cluster = await startTestCluster(
    onPostgres15 ? { folder: postgres15, major: 15 } : undefined,
  ).catch((error) => fail(`${error.message}\n${error.hint ?? ''}`));
  const atATime = Math.min(4, Math.max(2, availableParallelism()));
  say(
    `PostgreSQL ${onPostgres15 ? '15' : '(embedded)'} after ` +
      `${((performance.now() - started) / 1000).toFixed(1)} s; ` +
      `${files.length} test files, ${atATime} at a time`,
  );
  const options = [`--test-concurrency=${atATime}`, `--test-timeout=${limitMs}`, ...flags];
  const child = spawn(process.execPath, ['--test', ...options, ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MILLRACE_TEST_DATABASE_URL: cluster.url },
    detached: true,
  });
  const { code } = await follow(child);
  const trouble = code === 0 ? [] : cluster.trouble();
  if (trouble.length > 0) say(`PostgreSQL logged:\n${trouble.join('\n')}`);
  await cluster.stop();
  process.exit(code ?? 1);
}

ensureInstalled({ dev: true });
ensureTools([
  { program: 'bwrap', debianPackage: 'bubblewrap' },
  { program: 'python3', debianPackage: 'python3' },
  { program: '/usr/bin/pip3', debianPackage: 'python3-pip' },
  { program: 'flock', debianPackage: 'util-linux' },
  { program: 'php', debianPackage: 'php-cli' },
  { program: 'ruby', debianPackage: 'ruby' },
  { program: 'go', debianPackage: 'golang-go' },
  { program: 'mariadbd', debianPackage: 'mariadb-server-core' },
  { program: '/usr/bin/chromium', debianPackage: 'chromium' },
  { program: 'openssl', debianPackage: 'openssl' },
]);
if (process.argv.includes('--postgres15') && !existsSync(postgres15)) {
  ensureTools([{ program: `${postgres15}/postgres`, debianPackage: 'postgresql-15' }]);
}
await onNode24(import.meta.url, run);
