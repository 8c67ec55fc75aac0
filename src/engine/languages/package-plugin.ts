// Keeps packages to themselves: what they import comes from the folder that was installed for this
// build, and from nowhere else on the server's disk.
import { isAbsolute, relative, sep } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { AppError } from '../../base/index.ts';
import { readSpecifier } from './specifier.ts';

/** What a module of Node is: there when it runs, or, in a browser, nothing at all. */
type Builtins = 'there' | 'absent';

/**
 * Bare imports between packages stay below `folder`: npm's rule would go on looking in the folders
 * above it, up to the server's own packages.
 */
export function packagePlugin(folder: string, builtins: Builtins = 'there'): Plugin {
  const checked = Symbol('checked');
  return {
    name: 'millrace-packages',
    setup(build) {
      build.onResolve({ filter: /^[^./#]/, namespace: 'file' }, async (args) => {
        if (args.pluginData === checked || args.kind === 'entry-point') return undefined;
        const specifier = readSpecifier(args.path, '');
        const isBuiltin = specifier.kind === 'builtin';
        if (isBuiltin && builtins === 'there') return { path: specifier.name, external: true };
        const { importer, namespace, resolveDir, kind } = args;
        const options = { importer, namespace, resolveDir, kind, pluginData: checked };
        const found = await build.resolve(args.path, options);
        // A package of that name stands in for a module of Node; else it is empty.
        const isInside = found.errors.length === 0 && found.path.startsWith(folder + sep);
        if (isBuiltin && !isInside) return { path: specifier.name, namespace: 'absent' };
        if (found.errors.length > 0) return undefined;
        if (found.external || found.path.startsWith(folder + sep)) return found;
        // A `require` may stand in a `try`: it fails when it runs, as it does without the package.
        if (kind === 'require-call') return { path: args.path, external: true };
        return { errors: [{ text: `Could not resolve "${args.path}"` }] };
      });
      build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: '' }));
    },
  };
}

/** A package may not read beside itself: what it names would end up in somebody's bundle. */
export function refuseOutside(metafile: Metafile): void {
  for (const input of Object.keys(metafile.inputs)) {
    if (/^(?:script|client|app|wmill|absent|\(disabled\)):/.test(input)) continue;
    const inside = !isAbsolute(input) && relative('.', input).startsWith(`node_modules${sep}`);
    if (inside) continue;
    throw new AppError('unprocessable', 'A package imports a file outside of its own folder.', {
      hint: 'Leave out the package that was added last; it may be hostile.',
    });
  }
}

const addonLoaders =
  'bindings|node-gyp-build|node-gyp-build-optional-packages|@mapbox/node-pre-gyp|prebuild-install';
const addonPattern = new RegExp(`(?:^|/)node_modules/(${addonLoaders})/`);

/** A warning when a package looks for compiled code, which no bundle holds. */
export function addonWarning(metafile: Metafile): string[] {
  for (const input of Object.keys(metafile.inputs)) {
    const loader = addonPattern.exec(input)?.[1];
    if (loader === undefined) continue;
    const users = metafile.inputs[input] ? usersOf(metafile, loader) : [];
    return [
      `${users.join(', ') || 'A package'} loads compiled code (through ${loader}), which is not ` +
        'in the bundle: where it has no plain JavaScript to fall back to, it fails when it runs.',
    ];
  }
  return [];
}

/** The packages whose files import `loader`. */
function usersOf(metafile: Metafile, loader: string): string[] {
  const users = new Set<string>();
  for (const [input, { imports }] of Object.entries(metafile.inputs)) {
    if (!imports.some(({ path }) => path.includes(`node_modules/${loader}/`))) continue;
    const name = packageOf(input);
    if (name !== null && name !== loader) users.add(name);
  }
  return [...users];
}

/** `node_modules/@a/b/c.js` → `@a/b`; null for a file that is in no package. */
export function packageOf(file: string): string | null {
  const found = /.*(?:^|[/\\])node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file);
  return found?.[1]?.replaceAll('\\', '/') ?? null;
}
