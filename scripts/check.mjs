// `npm run check`: format, lint, types, dead code and the house's rules, one line each with its
// time; what a check has to say is printed only when it fails. Needs no server and no database.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ours = ['src', 'test', 'bin', 'scripts', 'bench'].filter((path) => existsSync(root + path));
// The shell's own Node may be older than what the tools and sources need.
const node = existsSync(`${root}node_modules/.bin/node`)
  ? `${root}node_modules/.bin/node`
  : process.execPath;

/** @param {string} name */
const tool = (name) => `node_modules/.bin/${name}`;

const checks = [
  { name: 'format', argv: [tool('oxfmt'), '--check', ...ours], fix: 'npm run format' },
  { name: 'lint', argv: [tool('oxlint'), '--format=unix', ...ours] },
  { name: 'types', argv: [tool('tsc'), '--noEmit', '-p', '.'] },
  { name: 'dead code', argv: [tool('knip'), '--no-progress'] },
  { name: 'rules', argv: ['--test', '--test-reporter=dot', 'test/tidy.test.ts'] },
];

/** Runs one check to its end. Resolves with its exit code, output and seconds; never rejects. */
function run({ argv }) {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const child = spawn(node, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const end = (code) =>
      resolve({
        code,
        output: Buffer.concat(output).toString(),
        seconds: ((performance.now() - startedMs) / 1000).toFixed(1),
      });
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  const names = checks.map(({ name }) => `"${name}"`).join(', ');
  console.error(`There is no check ${unknown.join(', ')}. There are: ${names}.`);
  process.exit(2);
}

let failed = 0;
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  // One after the other: each of them uses all cores.
  const { code, output, seconds } = await run(check);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(10)} ${seconds} s`);
  if (code === 0) continue;
  failed += 1;
  console.log(output.trimEnd().replace(/^/gm, '        '));
  if (check.fix) console.log(`        To put it right: ${check.fix}`);
}
process.exitCode = failed === 0 ? 0 : 1;
