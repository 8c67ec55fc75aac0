// Finds out once, at start, how well commands can be confined on this machine, and says so.
// Order: bubblewrap as an unprivileged account, bubblewrap as we are, an account alone, nothing.
import { execFile } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type Log } from '../../base/index.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { createBubblewrap, privateFolder } from './bubblewrap.ts';
import { type Etc, makeEtc } from './etc.ts';
import { createReach, everybodyPasses, everybodyReads, type Reach } from './reach.ts';
import type { Sandbox, SandboxCommand, SandboxKind, WrappedCommand } from './sandbox.ts';

export interface OpenSandboxOptions {
  /** `bwrap` refuses to open without bubblewrap; `off` never uses it. */
  mode: 'auto' | 'bwrap' | 'off';
  log: Log;
}

const searchPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';

function findTool(name: string): string | undefined {
  return searchPath
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Runs a wrapped `true`; resolves with what went wrong, or undefined. */
function trial(command: WrappedCommand): Promise<string | undefined> {
  const { file, argv, env, cwd } = command;
  return new Promise((resolve) => {
    execFile(file, argv, { env, cwd, timeout: 10_000 }, (error, _out, complaint) => {
      resolve(error === null ? undefined : complaint.trim().split('\n')[0] || error.message);
    });
  });
}

interface Parts {
  kind: SandboxKind;
  reason: string | null;
  bwrap: string | undefined;
  setpriv: string | undefined;
  /** Present: commands run as one of these. */
  accounts: Accounts | undefined;
  reach: Reach;
  etc: Etc | undefined;
}

/** Gives a folder that the command may write to its account, which must be able to get there. */
function hand(path: string, account: number): void {
  if (!everybodyPasses(path)) {
    throw new Error(`a command cannot reach ${path}: a folder above it is closed to its account`);
  }
  giveAway(path, account);
}

/** Links are never followed. */
function giveAway(path: string, account: number): void {
  lchownSync(path, account, account);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveAway(join(path, name), account);
}

function privileges(setpriv: string, account: number | null): string[] {
  const identity =
    account === null
      ? []
      : [
          ...['--reuid', String(account), '--regid', String(account), '--clear-groups'],
          ...['--bounding-set=-all', '--inh-caps=-all'],
        ];
  // The command dies with the thread that spawned it, also when the server is killed with -9.
  return [setpriv, ...identity, '--no-new-privs', '--pdeathsig', 'KILL', '--'];
}

function build(parts: Parts): Sandbox {
  const { kind, accounts, bwrap, setpriv, reach } = parts;
  const profile = createBubblewrap(parts.etc?.binds ?? []);
  const builder = accounts?.builder ?? null;

  function wrap(command: SandboxCommand): WrappedCommand {
    const account = accounts === undefined ? null : (command.account ?? builder);
    if (account !== null) {
      const { workFolder, writable } = command;
      for (const path of workFolder === undefined ? writable : [...writable, workFolder]) {
        hand(path, account);
      }
    }
    const inner =
      kind === 'bwrap' && bwrap !== undefined
        ? [bwrap, ...profile.arguments(command)]
        : [...command.argv];
    const outer = setpriv === undefined ? [] : privileges(setpriv, account);
    const [file = '', ...argv] = [...outer, ...inner];
    const cwd = kind === 'bwrap' ? '/' : (command.workFolder ?? '/');
    return { file, argv, env: { ...command.env }, cwd };
  }

  return {
    kind,
    reason: parts.reason,
    workFolder: kind === 'bwrap' ? privateFolder : null,
    wrap,
    newAccount: () => accounts?.take() ?? null,
    releaseAccount: (account) => accounts?.release(account),
    accountRange: accounts?.range ?? null,
    reachable: (path) => (accounts === undefined ? Promise.resolve(path) : reach.of(path)),
    canReach: (path) => accounts === undefined || everybodyReads(path),
    async close() {
      await Promise.all([reach.close(), parts.etc?.close()]);
    },
  };
}

const probe: SandboxCommand = {
  argv: ['/bin/sh', '-c', ':'],
  readOnly: [],
  writable: [],
  env: { PATH: searchPath },
  network: true,
};

/** What is missing for bubblewrap, with the way out, in one line. */
function whyNot(bwrap: string | undefined, mode: string, complaint: string | undefined): string {
  if (mode === 'off') return 'MILLRACE_SANDBOX is off; unset it to confine runs';
  if (process.platform !== 'linux') return 'bubblewrap exists on Linux only; run workers there';
  if (bwrap === undefined) return 'bubblewrap is not installed; run: apt-get install bubblewrap';
  const text = complaint ?? '';
  const fix = /clone|namespace|permitted|uid map/i.test(text)
    ? 'allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0' +
      ', or in a container --security-opt seccomp=unconfined)'
    : 'see docs/how-to/sandbox.md';
  return `bubblewrap does not work here (${text}); ${fix}`;
}

/**
 * Opens the best sandbox that works here (one trial run, about 5 ms).
 * Throws AppError `unavailable` only when `mode` insists on bubblewrap.
 */
export async function openSandbox({ mode, log }: OpenSandboxOptions): Promise<Sandbox> {
  const linux = process.platform === 'linux';
  const setpriv = linux ? findTool('setpriv') : undefined;
  const bwrap = linux && mode !== 'off' ? findTool('bwrap') : undefined;
  const root = process.getuid?.() === 0;
  const reach = createReach();
  const accounts = root && setpriv !== undefined ? createAccounts(process.pid) : undefined;
  let complaint: string | undefined;

  if (bwrap !== undefined) {
    const etc = await makeEtc();
    const parts = { kind: 'bwrap' as const, reason: null, bwrap, setpriv, reach, etc };
    if (accounts !== undefined) {
      const sandbox = build({ ...parts, accounts });
      complaint = await trial(sandbox.wrap(probe));
      if (complaint === undefined) return sandbox;
    }
    // Root where unprivileged user namespaces are forbidden, or an ordinary user.
    const sandbox = build({ ...parts, setpriv: undefined, accounts: undefined });
    const failed = await trial(sandbox.wrap(probe));
    if (failed === undefined) return sandbox;
    complaint ??= failed;
    await etc.close();
  }
  const reason = whyNot(bwrap, mode, complaint);
  if (mode === 'bwrap') {
    throw new AppError('unavailable', `The sandbox was asked for, but ${reason}`, {
      hint: 'Set MILLRACE_SANDBOX=auto to start without it.',
    });
  }
  const kind = accounts === undefined ? 'none' : 'uid';
  log.warn('runs are not fully confined', { sandbox: kind, reason });
  return build({ kind, reason, bwrap: undefined, setpriv, accounts, reach, etc: undefined });
}
