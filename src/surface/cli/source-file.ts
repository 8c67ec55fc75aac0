// What a file's name says about a script: its language and its path. Pure.
import { relative, resolve, sep } from 'node:path';
import { usageError } from './command.ts';

/** By the end of the name; the longest match counts. */
const endings: readonly (readonly [string, string])[] = [
  ['.bun.ts', 'bun'],
  ['.deno.ts', 'deno'],
  ['.fetch.ts', 'nativets'],
  ['.ts', 'bun'],
  ['.py', 'python3'],
  ['.sh', 'bash'],
  ['.pg.sql', 'postgresql'],
  ['.my.sql', 'mysql'],
  ['.gql', 'graphql'],
  ['.php', 'php'],
  ['.rb', 'ruby'],
  ['.go', 'go'],
  ['.ps1', 'powershell'],
];

function endingOf(file: string): readonly [string, string] | undefined {
  return endings.find(([ending]) => file.endsWith(ending));
}

/** The language of a source file; throws a usage error that lists the known endings. */
export function languageOf(file: string): string {
  const found = endingOf(file);
  if (found) return found[1];
  throw usageError(
    `The name ${file} does not tell the language.`,
    `Known: ${endings.map((pair) => pair.join(' ')).join(', ')}; or give --language.`,
  );
}

/** From the first (or last) part `f` or `u` that has a folder and a name behind it. */
function pathIn(parts: readonly string[], which: 'first' | 'last'): string | undefined {
  const starts = parts.flatMap((part, at) =>
    (part === 'f' || part === 'u') && at + 2 < parts.length ? [at] : [],
  );
  const start = which === 'first' ? starts[0] : starts.at(-1);
  return start === undefined ? undefined : parts.slice(start).join('/');
}

/**
 * The script path of a file below a folder `f` or `u`: `scripts/f/team/report.deno.ts` is
 * `f/team/report`. Looks below `folder` (where the command runs) first, then above it, so that
 * it works inside `f/team` too. Throws a usage error when there is none.
 */
export function scriptPathOf(file: string, folder: string): string {
  const whole = resolve(folder, file);
  const below = relative(folder, whole).split(sep);
  const path = pathIn(below, 'first') ?? pathIn(whole.split(sep), 'last');
  if (path === undefined) {
    throw usageError(
      `The place of ${file} does not tell the script's path.`,
      'Give it: --path f/folder/name (or keep the file below a folder named f or u).',
    );
  }
  const ending = endingOf(path)?.[0] ?? '';
  return path.slice(0, path.length - ending.length);
}
