// What an import names: a built-in module, another script of the workspace, or an npm package with
// a version of its own (`lodash@4.17.21/fp`, `npm:zod@^4`). Pure text; nothing is looked up.
import { isBuiltin } from 'node:module';
import { clientModule } from '../clients/index.ts';

export type Specifier =
  | { kind: 'builtin'; name: string }
  | { kind: 'script'; path: string }
  | { kind: 'client' }
  | { kind: 'package'; name: string; version: string | null; subpath: string }
  | { kind: 'refused'; problem: string; hint: string };

/** npm's rule for names that can be published, with scopes; nothing else reaches the registry. */
const packagePattern =
  /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([^/]+))?((?:\/[^/]+)*)$/i;
const versionPattern = /^[\w.+^~*<>=|-]{1,100}$/;

function refused(problem: string, hint: string): Specifier {
  return { kind: 'refused', problem, hint };
}

/** `text` resolved against the folder of `importer`; undefined when it climbs out. */
function resolvePath(importer: string, text: string): string | undefined {
  const segments = text.startsWith('/') ? [] : importer.split('/').slice(0, -1);
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') segments.push(part);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join('/');
}

function readPackage(text: string): Specifier {
  const found = packagePattern.exec(text);
  const [, name, version, subpath] = found ?? [];
  if (name === undefined || name.length > 214 || text.split('/').includes('..')) {
    return refused(
      'is not a name that an npm package can have',
      'Import a package by its npm name, or another script by a path that begins with ./ or /.',
    );
  }
  if (version !== undefined && !versionPattern.test(version)) {
    return refused(
      `asks for "${version}", which is not a version`,
      `Write a version or a range, such as ${name}@1.2.3 or ${name}@^1.`,
    );
  }
  return { kind: 'package', name, version: version ?? null, subpath: subpath ?? '' };
}

/** Reads what `importer` (the path of a script, without a leading slash) imports. */
export function readSpecifier(text: string, importer: string): Specifier {
  if (text.startsWith('node:') || text === 'bun' || text.startsWith('bun:')) {
    return { kind: 'builtin', name: text };
  }
  if (text === clientModule.specifier) return { kind: 'client' };
  if (isBuiltin(text)) return { kind: 'builtin', name: `node:${text}` };
  if (text.startsWith('npm:')) return readPackage(text.slice('npm:'.length).replace(/^\//, ''));
  if (/^(\.{1,2}(\/|$)|\/|[fu]\/[^/]+\/.)/.test(text)) {
    const absolute = text.startsWith('.') || text.startsWith('/') ? text : `/${text}`;
    const path = resolvePath(importer, absolute);
    return path === undefined || path === ''
      ? refused(
          'leads out of the workspace',
          'Import a script by its path, such as /f/folder/name.',
        )
      : { kind: 'script', path };
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) {
    return refused(
      'is loaded from elsewhere, and only npm packages, Node modules and scripts can be imported',
      'Use the npm package of the same library (npm:name), or copy the code into a script.',
    );
  }
  return readPackage(text);
}

/** The script paths that an import may mean: as written, and without the file extension. */
export function scriptCandidates(path: string): string[] {
  const bare = path.replace(/\.(?:bun|deno|nativets|fetch)?\.?(?:ts|mts|js|mjs)$/, '');
  return bare === path ? [path] : [bare, path];
}
