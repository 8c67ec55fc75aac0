// The installer's complaints in our words: which import, why, and what to do about it.
import { AppError } from '../../base/index.ts';
import type { PackageImport } from './script-plugin.ts';

/** Which of the imports the installer speaks of; null when it is a dependency of one of them. */
function importOf(name: string | undefined, imports: readonly PackageImport[]) {
  return imports.find((one) => one.name === name) ?? null;
}

interface Reason {
  code: 'unprocessable' | 'unavailable';
  why(name: string): string;
  hint: string;
}

const reasons: readonly { pattern: RegExp; reason: Reason }[] = [
  {
    pattern: /No version matching "?([^"\n]*)"? found/,
    reason: {
      code: 'unprocessable',
      why: (name) => `the registry has ${name}, but no version that matches`,
      hint: 'Ask for a version that exists, or for none to get the latest.',
    },
  },
  {
    pattern: /DependencyLoop|- 404\b/,
    reason: {
      code: 'unprocessable',
      why: (name) => `there is no package ${name} in the npm registry`,
      hint: 'Correct the name; a private package needs its registry in the npmrc of the server.',
    },
  },
  {
    pattern: /- 40[13]\b/,
    reason: {
      code: 'unprocessable',
      why: () => 'the registry refuses access to it',
      hint: 'Put a token for that registry into the npmrc of the account that runs the server.',
    },
  },
  {
    pattern: /[Ii]ntegrity/,
    reason: {
      code: 'unprocessable',
      why: () => 'what the registry sent is not what the lock says (integrity)',
      hint: 'Deploy without a lock, so that the imports are resolved anew.',
    },
  },
  {
    pattern: /lockfile had changes|lockfile is frozen|InvalidLockfile/,
    reason: {
      code: 'unprocessable',
      why: () => 'the lock does not fit it',
      hint: 'Deploy without a lock, so that the imports are resolved anew.',
    },
  },
  {
    pattern: /No space left|ENOSPC|NoSpaceLeft/,
    reason: {
      code: 'unavailable',
      why: () => 'there is no space left to install it',
      hint: 'Free disk space where the data folder is, then deploy again.',
    },
  },
  {
    pattern: /Connect|DNS|Host|Time(d )?out|Socket|Cert|Unreachable|- 5\d\d\b|- 429\b/i,
    reason: {
      code: 'unavailable',
      why: () => 'the npm registry cannot be reached',
      hint: 'Check the network, proxy and certificates of the server, then deploy again.',
    },
  },
];

const unknownReason: Reason = {
  code: 'unprocessable',
  why: () => 'it cannot be installed',
  hint: 'Ask for another version, or leave it out.',
};

/** A few lines of what the installer said, without addresses that may hold credentials. */
function excerpt(output: string): string {
  return output
    .split('\n')
    .filter((line) => /error/i.test(line))
    .join(' ')
    .replace(/\b(https?:\/\/)[^\s/@]*@/g, '$1')
    .slice(0, 300)
    .trim();
}

/** What to throw when the installer failed with `output`. */
export function installFailure(output: string, imports: readonly PackageImport[]): AppError {
  const failed =
    /error: (@?[^@\s]+)@\S* failed to resolve/.exec(output)?.[1] ??
    /manifest (@?[^@\s]+)/.exec(output)?.[1];
  const found = reasons.find(({ pattern }) => pattern.test(output))?.reason ?? unknownReason;
  const named = importOf(failed, imports) ?? (imports.length === 1 ? imports[0] : undefined);
  const name = failed ?? named?.name ?? 'a package';
  const subject = named
    ? `${named.importer} imports "${named.text}", and ${found.why(name)}`
    : `${name} is needed by ${imports.map((one) => one.name).join(', ')}, and ${found.why(name)}`;
  const said = found === unknownReason ? ` (${excerpt(output)})` : '';
  return new AppError(found.code, `${subject}${said}.`, {
    hint: found.hint,
    details: { import: named?.text ?? name, ...(named ? { file: named.importer } : {}) },
  });
}
