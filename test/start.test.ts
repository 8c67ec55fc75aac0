// `npm start` and the command's way to the right Node: what is installed when, that signals, exit
// codes and deaths pass through, and that an old Node is told so.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pidsBelow, temporaryFolder } from './kit/folders.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = temporaryFolder();
after(() => folder.remove());

/** Makes the program believe that it runs on another Node, which cannot replace itself. */
function pretending(version: string): string[] {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' });
    delete process.execve;`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

function run(argv: readonly string[], env: Record<string, string> = {}) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, argv, options);
}

describe('the command', () => {
  const bin = join(root, 'bin', 'millrace.mjs');

  test('on a Node that is too old says so in one sentence', () => {
    for (const script of [bin, join(root, 'scripts', 'start.mjs')]) {
      const { status, stderr, stdout } = run([...pretending('18.20.0'), script, '--version']);
      assert.equal(status, 1);
      const sentence = 'Millrace needs Node 20 or later to start; this is Node 18.20.0.\n';
      assert.equal(stderr, sentence);
      assert.equal(stdout, '');
    }
  });

  test('gives the same answers and exit codes through an older Node', () => {
    for (const argv of [['--version'], ['no-such-command']]) {
      const direct = run([bin, ...argv]);
      const through = run([...pretending('20.0.0'), bin, ...argv]);
      assert.equal(through.status, direct.status);
      assert.equal(through.stdout, direct.stdout);
      assert.equal(through.stderr, direct.stderr);
    }
    assert.equal(run([bin, '--version']).status, 0);
    assert.notEqual(run([bin, 'no-such-command']).status, 0);
  });
});

/** Starts a server through the thin parent that an older Node is; resolves when it is ready. */
async function startThroughParent(data: string): Promise<ChildProcess> {
  const script = join(root, 'scripts', 'start.mjs');
  const argv = [...pretending('20.0.0'), script, '--port', '0', '--data', data];
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MILLRACE_DATABASE_URL: '' },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('MCP')) resolve();
    });
  });
  return child;
}

describe('a server behind an older Node', () => {
  test('drains on SIGINT, though terminal and npm both send it, and leaves nothing', async () => {
    const data = join(folder.path, 'drain');
    const child = await startThroughParent(data);
    assert.notDeepEqual(pidsBelow(data), []);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(pidsBelow(data), []);
  });

  test('ends when its parent is killed with -9', async () => {
    const data = join(folder.path, 'orphan');
    const child = await startThroughParent(data);
    // The server holds the other end of this pipe until it is gone.
    const closed = once(child.stdout ?? child, 'close');
    child.kill('SIGKILL');
    await closed;
    assert.deepEqual(pidsBelow(data), []);
  });
});

interface Project {
  start(): ReturnType<typeof run>;
  /** The arguments of each call of npm so far. */
  calls(): string[][];
  write(path: string, content: unknown): void;
  /** Makes the file older than every other. */
  age(path: string): void;
}

/** A clone with its own lock file and an npm that notes how it is called and "installs". */
function createProject(name: string, npmStatus = 0): Project {
  const home = join(folder.path, name);
  const write = (path: string, content: unknown): void => {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(
      join(home, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  };
  mkdirSync(home);
  cpSync(join(root, 'scripts'), join(home, 'scripts'), { recursive: true });
  write('package.json', { devDependencies: { tool: '1.0.0' } });
  write('package-lock.json', lockOf('1.0.0'));
  write('bin/millrace.mjs', `console.log('started', process.argv.slice(2).join(' '));`);
  write('calls', '');
  write(
    'npm.cjs',
    `const { appendFileSync, cpSync, mkdirSync } = require('node:fs');
     const args = process.argv.slice(2);
     appendFileSync('calls', args.join(' ') + '\\n');
     if (${npmStatus}) { console.error('npm error network'); process.exit(${npmStatus}); }
     mkdirSync('node_modules', { recursive: true });
     if (!args.includes('--omit=dev')) mkdirSync('node_modules/tool', { recursive: true });
     cpSync('package-lock.json', 'node_modules/.package-lock.json');`,
  );
  return {
    write,
    start: () =>
      run([join(home, 'scripts', 'start.mjs'), '--port', '7'], {
        npm_execpath: join(home, 'npm.cjs'),
      }),
    calls: () =>
      readFileSync(join(home, 'calls'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' ')),
    age(path) {
      utimesSync(join(home, path), 1_000_000_000, 1_000_000_000);
    },
  };
}

function lockOf(version: string) {
  return {
    packages: {
      '': {},
      'node_modules/library': { version },
      'node_modules/tool': { version, dev: true },
      'node_modules/other-platform': { version, optional: true },
    },
  };
}

describe('npm start', () => {
  const command = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

  test('installs once, without development tools and install scripts, then starts', () => {
    const project = createProject('fresh');
    const first = project.start();
    assert.equal(first.stdout, 'started start --port 7\n');
    assert.match(first.stderr, /^Installing what Millrace needs … done in \d+ s\n$/);
    assert.deepEqual(project.calls(), [[...command, '--omit=dev']]);
    const second = project.start();
    assert.equal(second.stdout, 'started start --port 7\n');
    assert.equal(second.stderr, '');
    assert.equal(project.calls().length, 1);
  });

  test('a lock file that was only touched installs nothing', () => {
    const project = createProject('touched');
    project.start();
    project.age('node_modules/.package-lock.json');
    assert.equal(project.start().stderr, '');
    assert.equal(project.calls().length, 1);
  });

  test('a lock file with another version installs, and keeps development tools', () => {
    const project = createProject('changed');
    project.write('node_modules/.package-lock.json', lockOf('1.0.0'));
    project.write('node_modules/tool/package.json', {});
    project.age('node_modules/.package-lock.json');
    project.write('package-lock.json', lockOf('1.0.1'));
    assert.equal(project.start().status, 0);
    assert.deepEqual(project.calls(), [command]);
  });

  test('an installation that fails says what npm said and does not start', () => {
    const project = createProject('failing', 7);
    const { status, stdout, stderr } = project.start();
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /failed\.\nnpm error network\n/);
  });
});

test('npm test with a part that no test has fails and says so', () => {
  const { status, stderr } = run([join(root, 'scripts', 'test.mjs'), 'no/such/part']);
  assert.equal(status, 1);
  assert.match(stderr, /No test file's path holds no\/such\/part\./);
});
