// Makes a process forget the environment that it was started with: on Linux everybody of the same
// user can read that from /proc, however little of it is left in `process.env`.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What libraries may still ask for; everything else was a setting, or is not ours. */
const kept = new RegExp(
  `^(${[
    'PATH|HOME|USER|LOGNAME|LANG|LC_\\w+|TZ|TERM|TMPDIR|TMP|TEMP|XDG_\\w+',
    'NODE_(OPTIONS|ENV|EXTRA_CA_CERTS)|SSL_CERT_\\w+|PG\\w+',
  ].join('|')})$`,
);

/** Where the kernel shows the environment from: fields 50 and 51 of proc_pid_stat(5). */
function shownBlock() {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: Number(fields[47]), end: Number(fields[48]) };
}

function blank() {
  const { start, end } = shownBlock();
  if (!(start > 0 && end > start)) return;
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    writeSync(memory, Buffer.alloc(end - start), 0, end - start, start);
  } finally {
    closeSync(memory);
  }
}

/**
 * Empties `process.env` but for a few plain variables, which children of libraries inherit, and
 * blanks what `/proc/<pid>/environ` shows (Linux). Every setting must have been read before.
 * Setting a variable that stays moves it to memory of its own, which the blanking does not reach.
 */
export function forgetEnvironment() {
  for (const [name, value] of Object.entries(process.env)) {
    if (kept.test(name)) process.env[name] = value;
    else delete process.env[name];
  }
  // A database's address may hold a password: a title of our own covers the command line.
  if (process.argv.some((word) => word.startsWith('--database-url'))) process.title = 'millrace';
  if (process.platform !== 'linux') return;
  try {
    blank();
  } catch {
    // A kernel that forbids it leaves the block as it was; docs/reference/configuration.md says so.
  }
}
