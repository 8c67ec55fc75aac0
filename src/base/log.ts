// Structured log lines on standard error, one JSON object a line; the only user of `console` here.
// Values under a key that names a secret are never written.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The log of a process, which can be listened to. */
export interface RootLog extends Log {
  /**
   * Hands `hear` every line from now on, and first the last ones from before, as `createLog` wrote
   * them. There is one listener; the answer ends it.
   */
  tap(hear: HearLine): () => void;
}

export type HearLine = (line: string, level: LogLevel) => void;

/** Lines that are kept for a listener that is still to come. */
const linesAhead = 500;

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const secretKey = /token|secret|password|authorization|cookie|verifier|credential|api_?key/i;

function plain(key: string, value: unknown): unknown {
  if (key !== '' && secretKey.test(key)) return '[secret]';
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  }
  return value;
}

/** A log that writes lines of `level` and above through `write` (standard error by default). */
export function createLog(
  level: LogLevel,
  write: (line: string) => void = (line) => console.error(line),
): RootLog {
  let early: Parameters<HearLine>[] = [];
  const wait: HearLine = (...heard) => {
    if (early.push(heard) > linesAhead) early.shift();
  };
  let listener = wait;
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (rank[lineLevel] < rank[level]) return;
      const said = { at: new Date().toISOString(), level: lineLevel, message, ...fields };
      const line = JSON.stringify(said, plain);
      write(line);
      listener(line, lineLevel);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    tap(hear) {
      listener = hear;
      for (const heard of early) hear(...heard);
      early = [];
      return () => {
        listener = () => undefined;
      };
    },
  };
}
