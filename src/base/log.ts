// Structured log lines on standard error, one JSON object a line; the only user of `console` here.
// Values under a key that names a secret are never written.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

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
): Log {
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (rank[lineLevel] < rank[level]) return;
      const line = { at: new Date().toISOString(), level: lineLevel, message, ...fields };
      write(JSON.stringify(line, plain));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
