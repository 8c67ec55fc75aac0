// A lock as Windmill writes it: the text of a package.json, a line `//bun.lock`, the text of the
// bun.lock. What a client sends is not trusted: only published versions of the registry pass.
import { AppError } from '../../base/index.ts';

export interface Lock {
  /** Name to version or range, as in package.json. */
  dependencies: Record<string, string>;
  bunLock: string;
}

const divider = '\n//bun.lock\n';
const range = /^[\w.+^~*<>=| -]{1,200}$/;
/** A version or range of the npm registry: no address, no folder, no alias. */
export const isVersionRange = (text: string): boolean => range.test(text);

const lockedVersion = /^\d+\.\d+\.\d+(?:[-+][\w.+-]*)?$/;
const topKeys = new Set(['lockfileVersion', 'configVersion', 'workspaces', 'packages']);

export function packageJson(dependencies: Record<string, string>): string {
  return JSON.stringify({ dependencies }, null, 2);
}

export function writeLock({ dependencies, bunLock }: Lock): string {
  return `${packageJson(dependencies)}${divider}${bunLock}`;
}

function refused(problem: string): AppError {
  return new AppError('unprocessable', `The lock cannot be used: ${problem}.`, {
    hint: 'Deploy without a lock, so that the imports are resolved anew.',
  });
}

/** bun.lock is JSON with commas after last items. */
function parseLoose(text: string): unknown {
  const strict = text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) =>
    found === ',' ? '' : found,
  );
  return JSON.parse(strict);
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refused(`${what} is not an object`);
}

function checkEntry(key: string, entry: unknown, origins: readonly string[]): void {
  const [id, source] = Array.isArray(entry) ? (entry as unknown[]) : [];
  const integrity: unknown = Array.isArray(entry) ? entry.at(-1) : undefined;
  if (typeof id !== 'string' || typeof source !== 'string' || typeof integrity !== 'string') {
    throw refused(`${key} is not a package of the npm registry`);
  }
  const version = id.slice(id.lastIndexOf('@') + 1);
  const known = source === '' || (URL.canParse(source) && origins.includes(new URL(source).origin));
  if (!known || !lockedVersion.test(version) || !/^sha\d+-/.test(integrity)) {
    throw refused(`${key} (${id.slice(0, 200)}) does not come from the npm registry`);
  }
}

/**
 * Throws `unprocessable` unless everything in the bun.lock is a published version with an integrity
 * hash: no git, no folder of this machine, no address of somebody's choice, no patch.
 */
export function checkBunLock(bunLock: string, origins: readonly string[]): void {
  let parsed: Record<string, unknown>;
  try {
    parsed = recordOf(parseLoose(bunLock), 'bun.lock');
  } catch (error) {
    throw error instanceof AppError ? error : refused('its bun.lock does not parse');
  }
  const extra = Object.keys(parsed).find((key) => !topKeys.has(key));
  if (extra !== undefined) throw refused(`"${extra}" is not supported in a bun.lock`);
  const workspaces = Object.keys(recordOf(parsed['workspaces'] ?? {}, 'workspaces'));
  if (workspaces.some((name) => name !== '')) throw refused('it has workspaces of its own');
  for (const [key, entry] of Object.entries(recordOf(parsed['packages'] ?? {}, 'packages'))) {
    checkEntry(key, entry, origins);
  }
}

/**
 * Reads a lock; undefined for one of another tool (deno, npm, an old bun.lockb), which cannot be
 * honoured and so is resolved anew. Throws `unprocessable` for a broken or unsafe one.
 */
export function readLock(text: string, origins: readonly string[]): Lock | undefined {
  const normal = text.replaceAll('\r\n', '\n');
  const at = normal.indexOf(divider);
  if (at === -1) return undefined;
  let manifest: Record<string, unknown>;
  try {
    manifest = recordOf(JSON.parse(normal.slice(0, at)), 'package.json');
  } catch (error) {
    throw error instanceof AppError ? error : refused('its package.json does not parse');
  }
  const wanted = recordOf(manifest['dependencies'] ?? {}, 'dependencies');
  const dependencies: Record<string, string> = {};
  for (const [name, version] of Object.entries(wanted)) {
    if (typeof version !== 'string' || !range.test(version)) {
      throw refused(`${name} has no version of the npm registry`);
    }
    dependencies[name] = version;
  }
  const bunLock = normal.slice(at + divider.length);
  checkBunLock(bunLock, origins);
  return { dependencies, bunLock };
}
