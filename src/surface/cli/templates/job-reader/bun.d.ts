// The little of Bun that the program for TypeScript uses.
declare module 'bun:ffi' {
  type Native = (...values: readonly (number | bigint)[]) => number;
  export function dlopen<Name extends string>(
    file: string,
    declared: Record<Name, { args: readonly string[]; returns: string }>,
  ): { symbols: Record<Name, Native> };
}
