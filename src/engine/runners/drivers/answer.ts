// Gathers what the statements of a query answer, in the form that the script asked for, and stops
// one that answers more than a result may hold. Runs inside the child.
import type { CompiledQuery } from '../../queries/index.ts';

export interface DriverLimits {
  maxResultBytes: number;
  timeoutMs: number;
  jobId: string;
}

/** An error for the person who wrote the query: no stack of the driver's own. */
export function driverError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, stack: undefined });
}

export interface Gathering {
  /** A statement begins; answers whether its rows are wanted. */
  begin(index: number): void;
  /** Throws `ResultTooLarge`. */
  row(names: readonly string[], values: readonly unknown[]): void;
  result(): unknown;
}

export function gather(
  { statements, collection }: CompiledQuery,
  { maxResultBytes }: DriverLimits,
): Gathering {
  const answers: unknown[][] = [];
  const lastIndex = statements.length - 1;
  let size = 0;
  let wanted: unknown[] | undefined;

  return {
    begin(index) {
      wanted = collection.statements === 'all' || index === lastIndex ? [] : undefined;
      if (wanted !== undefined) answers.push(wanted);
    },
    row(names, values) {
      if (wanted === undefined || (collection.rows === 'first' && wanted.length > 0)) return;
      const value = collection.scalar
        ? (values[0] ?? null)
        : Object.fromEntries(names.map((name, index) => [name, values[index]]));
      size += Buffer.byteLength(JSON.stringify(value)) + 1;
      if (size > maxResultBytes) {
        throw driverError(
          'ResultTooLarge',
          `the rows are more than the limit of ${maxResultBytes} bytes: ` +
            'add a LIMIT, or select fewer columns',
        );
      }
      wanted.push(value);
    },
    result() {
      const shaped = answers.map((rows) =>
        collection.rows === 'first' ? (rows[0] ?? null) : rows,
      );
      const only = collection.statements === 'last' || (collection.legacy && shaped.length === 1);
      return only && shaped.length > 0 ? shaped.at(-1) : shaped;
    },
  };
}

/** The line of the script in which position `at` (from 1) of a statement's text lies. */
export function lineAt(statement: { text: string; line: number }, at: number): number {
  return statement.line + statement.text.slice(0, Math.max(0, at - 1)).split('\n').length - 1;
}

export function connectionOf(value: unknown, argument: string, type: string) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw driverError(
    'ArgumentErr',
    `${argument} must be a resource of type ${type}: give $res:<path>, or write ` +
      (type === 'graphql' ? 'its fields' : '`-- database <path>` into the query'),
  );
}

export const textOr = <Other>(value: unknown, otherwise: Other): string | Other =>
  typeof value === 'string' && value !== '' ? value : otherwise;
