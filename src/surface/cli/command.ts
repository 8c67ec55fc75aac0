// What a command of the command line is, and what it gets to work with. One command a file in
// `commands/`; help, parsing and the list of names follow from these declarations.
import { AppError, type ClientConfig, type Config } from '../../base/index.ts';
import type { Client } from './client.ts';
import type { Terminal } from './terminal.ts';

/**
 * Port: what the composition root does for the commands that are the server itself. Each answers
 * the exit code, and prints what people should read.
 */
export interface Roles {
  start(config: Config, print: (line: string) => void): Promise<number>;
  worker(config: Config, print: (line: string) => void): Promise<number>;
  backup(config: Config, file: string, print: (line: string) => void): Promise<number>;
  restore(config: Config, file: string, print: (line: string) => void): Promise<number>;
}

export interface OptionDeclaration {
  /** `flag` takes no value; `list` may be given again and again. */
  type: 'text' | 'flag' | 'list';
  says: string;
  /** What help shows for the value, such as `PATH`. */
  value?: string;
  short?: string;
}

/** What was given on the command line, already checked against the declaration. */
export interface Given {
  /** What stands between the options. */
  words: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** Was it given at all? */
  has(name: string): boolean;
  list(name: string): readonly string[];
}

export interface Context {
  terminal: Terminal;
  /** Throws a usage error when the address or the token cannot be right. */
  config(): ClientConfig;
  client(): Client;
  roles(): Roles;
  /** Aborts at the first Ctrl-C of a command that asked for it; see `interruptible`. */
  interrupted(): AbortSignal;
}

export interface Command {
  /** `doctor`, or a feature and a verb: `script push`. */
  name: string;
  summary: string;
  /** Words it takes: `PATH` one, `[PATH]` at most one, `FILE…` one or more. */
  takes: string;
  options: Readonly<Record<string, OptionDeclaration>>;
  /** Complete command lines; the first is the most common use. */
  examples: readonly [string, ...string[]];
  /** Talks to a server, so it also takes --url, --workspace and --json. */
  talks: boolean;
  /** Unknown options are the command's own business: it parses `argv` again itself. */
  loose?: boolean;
  /** Further lines for its help. */
  notes?: readonly string[];
  /** Answers the exit code; throws `AppError` when it could not do its work. */
  run(context: Context, given: Given, argv: readonly string[]): Promise<number>;
}

export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Wrong use of the command line: exit code 2 instead of 1. */
export function usageError(message: string, hint?: string): AppError {
  return new AppError('invalid_input', message, {
    ...(hint === undefined ? {} : { hint }),
    details: { usage: true },
  });
}

/** Runs `read`; what it finds wrong with settings or flags counts as wrong use. */
export function asUsage<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) throw usageError(error.message, error.hint);
    throw error;
  }
}

export function isUsageError(error: AppError): boolean {
  return error.details?.['usage'] === true;
}

/** A word of the command line that must be there; `parse` has already counted the words. */
export function word(given: Given, index = 0): string {
  return given.words[index] ?? '';
}
