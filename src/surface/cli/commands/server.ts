// millrace start, worker, backup, restore: the server itself, by the roles of the composition root.
import { type Config, readConfig } from '../../../base/index.ts';
import { asUsage, type Command, type Context, type Given, word } from '../command.ts';

const databaseOptions = {
  data: { type: 'text', value: 'FOLDER', says: 'data folder (MILLRACE_DATA, ./millrace-data)' },
  'database-url': {
    type: 'text',
    value: 'URL',
    says: 'an own PostgreSQL instead of the embedded one (MILLRACE_DATABASE_URL)',
  },
  'log-level': {
    type: 'text',
    value: 'LEVEL',
    says: 'debug, info, warn or error (MILLRACE_LOG_LEVEL, info)',
  },
} as const;

const workerOptions = {
  'worker-slots': {
    type: 'text',
    value: 'COUNT',
    says: 'jobs at a time (MILLRACE_WORKER_SLOTS, 16)',
  },
  group: { type: 'text', value: 'NAME', says: 'worker group (MILLRACE_WORKER_GROUP, default)' },
  tags: {
    type: 'text',
    value: 'TAGS',
    says: 'serve these tags only, as in gpu,bun (MILLRACE_WORKER_TAGS)',
  },
  'drain-secs': {
    type: 'text',
    value: 'SECONDS',
    says: 'how long a stop waits for running jobs (MILLRACE_DRAIN_SECS, 10)',
  },
  'retention-days': {
    type: 'text',
    value: 'DAYS',
    says: 'delete jobs that are over after so long; 0 never (MILLRACE_RETENTION_DAYS, 30)',
  },
  sandbox: { type: 'text', value: 'MODE', says: 'auto, bwrap or off (MILLRACE_SANDBOX, auto)' },
  'allow-unsandboxed': {
    type: 'flag',
    says: 'let developers deploy without a sandbox too (MILLRACE_ALLOW_UNSANDBOXED)',
  },
} as const;

const addressOptions = {
  port: { type: 'text', value: 'NUMBER', says: 'port to listen on (MILLRACE_PORT, 8000)' },
  host: { type: 'text', value: 'ADDRESS', says: 'address to listen on (MILLRACE_HOST, 127.0.0.1)' },
  'base-url': {
    type: 'text',
    value: 'URL',
    says: 'the address that people use (MILLRACE_BASE_URL)',
  },
  'anonymous-rate': {
    type: 'text',
    value: 'COUNT',
    says: 'requests a minute without a login; 0 any (MILLRACE_ANONYMOUS_RATE, 300)',
  },
  'trusted-proxies': {
    type: 'text',
    value: 'ADDRESSES',
    says: 'proxies in front, as in 127.0.0.1,10.0.0.0/8 (MILLRACE_TRUSTED_PROXIES)',
  },
} as const;

export const serverOptions = { ...addressOptions, ...databaseOptions, ...workerOptions } as const;

/** Flags named like settings, as `readConfig` takes them; they win over the environment. */
export function configOf(given: Given, options: Readonly<Record<string, unknown>>): Config {
  const flags = Object.keys(options).flatMap((name) => {
    const text = given.text(name) ?? (given.flag(name) ? '1' : undefined);
    return text === undefined ? [] : [[name, text] as const];
  });
  return asUsage(() => readConfig(undefined, Object.fromEntries(flags)));
}

function printer(context: Context): (line: string) => void {
  return (line) => context.terminal.out.write(`${line}\n`);
}

const startOptions = {
  ...serverOptions,
  workspace: { type: 'text', value: 'ID', says: 'first workspace (MILLRACE_WORKSPACE, main)' },
  'wait-ms': {
    type: 'text',
    value: 'MS',
    says: 'how long an answer waits for a job (MILLRACE_WAIT_MS, 45000)',
  },
} as const;

export const start: Command = {
  name: 'start',
  summary: 'Start the server, with a worker in it.',
  takes: '',
  options: startOptions,
  notes: ['--worker-slots 0 only serves; workers of their own then run the jobs.'],
  examples: ['millrace start', 'millrace start --port 8080 --data /var/lib/millrace'],
  talks: false,
  run: (context, given) => context.roles().start(configOf(given, startOptions), printer(context)),
};

const ownWorkerOptions = { ...databaseOptions, ...workerOptions } as const;

export const worker: Command = {
  name: 'worker',
  summary: 'Start a worker for a server on the same database.',
  takes: '',
  options: ownWorkerOptions,
  notes: [
    'SIGTERM takes no more jobs, waits for the running ones, and gives back what is left.',
    'Without --tags it serves the tags of its group, else every language that this machine has.',
  ],
  examples: [
    'millrace worker --database-url postgres://millrace@db.example.com/millrace',
    'millrace worker --group gpu --tags gpu --drain-secs 600',
  ],
  talks: false,
  run: (context, given) =>
    context.roles().worker(configOf(given, ownWorkerOptions), printer(context)),
};

export const backup: Command = {
  name: 'backup',
  summary: 'Save the whole database into one file.',
  takes: 'FILE',
  options: databaseOptions,
  notes: ['The server may be running.'],
  examples: ['millrace backup millrace.backup'],
  talks: false,
  run: (context, given) =>
    context.roles().backup(configOf(given, databaseOptions), word(given), printer(context)),
};

export const restore: Command = {
  name: 'restore',
  summary: 'Fill an empty database from a backup.',
  takes: 'FILE',
  options: databaseOptions,
  examples: ['millrace restore millrace.backup --data ./new-data'],
  talks: false,
  run: (context, given) =>
    context.roles().restore(configOf(given, databaseOptions), word(given), printer(context)),
};
