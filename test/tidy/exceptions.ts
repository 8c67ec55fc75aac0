// The closed list of places that a rule about calls leaves alone, each with its reason.
// A path that ends in `*` is a beginning. A test fails when nothing needs an entry any more.

export type Subject =
  | 'environment'
  | 'console'
  | 'time'
  | 'chance'
  | 'fetch'
  | 'error class'
  | 'computed import'
  | 'database driver'
  | 'SQL';

interface Exception {
  subject: Subject;
  path: string;
  reason: string;
}

const exceptions: readonly Exception[] = [
  {
    subject: 'environment',
    path: 'src/base/config.ts',
    reason: 'the one reader of the environment',
  },
  { subject: 'console', path: 'src/base/log.ts', reason: 'the one writer of log lines' },
  { subject: 'time', path: 'src/base/clock.ts', reason: 'the clock itself' },
  {
    subject: 'time',
    path: 'src/base/log.ts',
    reason: 'log lines carry the real time in tests too',
  },
  { subject: 'time', path: 'src/base/id.ts', reason: 'UUIDv7 begins with the time' },
  {
    subject: 'fetch',
    path: 'src/surface/cli/client.ts',
    reason: 'the command line is a client of a Millrace server, not the server going out',
  },
  {
    subject: 'fetch',
    path: 'src/surface/cli/mcp-steps/ask.ts',
    reason: 'doctor --mcp is a client of the address that a person names, on the person’s machine',
  },
  {
    subject: 'error class',
    path: 'src/engine/clients/millrace.ts',
    reason: 'thrown in jobs, where there is no AppError',
  },
  {
    subject: 'chance',
    path: 'src/engine/clients/millrace.ts',
    reason: 'runs in jobs, without our modules',
  },
  {
    subject: 'environment',
    path: 'src/engine/clients/millrace.ts',
    reason: 'runs in jobs, where the environment is the job’s own',
  },
  {
    subject: 'fetch',
    path: 'src/engine/clients/millrace.ts',
    reason: 'runs in jobs, as a client of the gateway',
  },
  {
    subject: 'chance',
    path: 'src/surface/cli/templates/job-reader/*',
    reason: 'runs in jobs, without our modules',
  },
  {
    subject: 'environment',
    path: 'src/surface/cli/templates/job-reader/*',
    reason: 'runs in jobs, where the environment is the job’s own',
  },
  {
    subject: 'fetch',
    path: 'src/surface/cli/templates/job-reader/*',
    reason: 'runs in jobs, as a client of the server',
  },
  {
    subject: 'environment',
    path: 'src/engine/runners/harness/*',
    reason: 'runs inside the child, where the environment is the script’s own',
  },
  {
    subject: 'console',
    path: 'src/engine/runners/harness/*',
    reason: 'the child’s console is what the script prints to',
  },
  {
    subject: 'computed import',
    path: 'src/engine/runners/harness/*',
    reason: 'hands a script the builtin modules that it names',
  },
  {
    subject: 'console',
    path: 'src/engine/languages/trial/trial.mjs',
    reason: 'listens to what an app prints on its trial run',
  },
  {
    subject: 'computed import',
    path: 'src/engine/languages/trial/trial.mjs',
    reason: 'runs the bundle of an app, in a child in the sandbox',
  },
  {
    subject: 'database driver',
    path: 'src/engine/runners/drivers/*',
    reason: 'programs of the child: they reach the databases of users, never ours',
  },
  {
    subject: 'database driver',
    path: 'src/gateway/databases/*',
    reason: 'reaches databases of people, at addresses that egress permits, never ours',
  },
  {
    subject: 'SQL',
    path: 'src/engine/runners/drivers/mysql-child.ts',
    reason: 'asks the MySQL server of a user about its own connections',
  },
  {
    subject: 'fetch',
    path: 'src/engine/runners/drivers/graphql-child.ts',
    reason: 'runs inside the child, as the fetch of a script does',
  },
  {
    subject: 'console',
    path: 'src/engine/runners/drivers/*',
    reason: 'the child’s console is the log of the job',
  },
  { subject: 'error class', path: 'src/base/errors.ts', reason: 'the one error class' },
];

const used = new Set<Exception>();

/** Is `path` free to do what `subject` names? Remembers which entries were needed. */
export function excepted(subject: Subject, path: string): boolean {
  const entry = exceptions.find(
    (candidate) =>
      candidate.subject === subject &&
      (candidate.path.endsWith('*')
        ? path.startsWith(candidate.path.slice(0, -1))
        : candidate.path === path),
  );
  if (entry) used.add(entry);
  return entry !== undefined;
}

/** Entries that nothing needed since the last `forgetUse`. */
export function unusedExceptions(): readonly Exception[] {
  return exceptions.filter((entry) => !used.has(entry));
}

export function forgetUse(): void {
  used.clear();
}
