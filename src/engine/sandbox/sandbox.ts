// What a sandbox is to its users: a way to turn a command into one that runs confined.
// Owns no process: callers spawn what `wrap` returns, with the folder and environment it returns.

/** A command to confine. Paths are absolute, and the same inside as outside. */
export interface SandboxCommand {
  argv: readonly string[];
  /** Files or folders that the command may read besides the system's own. */
  readOnly: readonly string[];
  /**
   * Folders that the command may write. As root they are given to the command's account, and every
   * folder above them must let others pass (mode o+x): below a closed home `wrap` throws.
   */
  writable: readonly string[];
  /** Folder of several commands: `shared` in the private folder (bubblewrap only). */
  shared?: string;
  /** Current folder of the command; writable. Without it bubblewrap gives an empty private one. */
  workFolder?: string;
  /** The whole environment of the command; nothing of the server's is added. */
  env: Readonly<Record<string, string>>;
  /** false: no network at all (bubblewrap only). */
  network: boolean;
  /** Unprivileged uid to run as when the server is root; by default the builder's account. */
  account?: number;
  /** The command itself becomes process 1, which nothing inside can kill (bubblewrap only). */
  asFirstProcess?: boolean;
}

/** What to give to `spawn(file, argv, { env, cwd })`. */
export interface WrappedCommand {
  file: string;
  argv: string[];
  env: Record<string, string>;
  cwd: string;
}

/**
 * `bwrap`: own mount, pid, ipc, uts and user namespaces, no home, no data folder.
 * `uid`: only an unprivileged account of its own (the server is root). `none`: nothing.
 */
export type SandboxKind = 'bwrap' | 'uid' | 'none';

export interface Sandbox {
  readonly kind: SandboxKind;
  /** Why runs are not fully confined and what to do about it, in one line; null with `bwrap`. */
  readonly reason: string | null;
  /** Private folder for the command when none is given (`bwrap`), else null. */
  readonly workFolder: string | null;
  wrap(command: SandboxCommand): WrappedCommand;
  /** A uid that no other live command of this server has; null when the server is not root. */
  newAccount(): number | null;
  releaseAccount(account: number): void;
  /** First and last uid that commands of this server may have; null when it is not root. */
  readonly accountRange: readonly [number, number] | null;
  /** A path with the content of `path` that an unprivileged account can read: it, or a copy. */
  reachable(path: string): Promise<string>;
  /** Can an unprivileged account read `path` where it is? True when the server is not root. */
  canReach(path: string): boolean;
  /** Removes the copies that `reachable` made. */
  close(): Promise<void>;
}
