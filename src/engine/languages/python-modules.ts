// Scripts of the workspace that a Python script imports (`from f.folder.name import x`, or relative
// to its own path). They are found when it is deployed, and stored with it as modules.
import { readFileSync } from 'node:fs';
import { AppError } from '../../base/index.ts';
import type { PythonNeeds } from './python-needs.ts';
import type { SourceScript } from './script-plugin.ts';

interface Source {
  path: string;
  content: string;
  readScript(path: string): Promise<SourceScript | undefined>;
}

interface Gathered {
  /** Path to source, without the script itself. */
  modules: ReadonlyMap<string, string>;
  /** Of the script and all its modules. */
  requirements: readonly string[];
}

const maxModules = 200;
const launcher = new URL('./python_launcher.py', import.meta.url);
let template: string | undefined;

async function findScript(paths: readonly string[], importer: Source): Promise<[string, string]> {
  for (const path of paths) {
    const script = await importer.readScript(path);
    if (script?.language === 'python3') return [path, script.content];
    if (script === undefined) continue;
    throw new AppError('unprocessable', `${importer.path} imports ${path}, which is no Python.`, {
      hint: `It is a ${script.language} script: run it as a job of its own instead.`,
    });
  }
  throw new AppError('unprocessable', `${importer.path} imports ${paths[0]}: no such script.`, {
    hint: 'Deploy that script first, or correct the path.',
    details: { file: importer.path, import: paths[0] },
  });
}

/** Throws `unprocessable` for a script that is not there, or not the caller's to read. */
export async function gatherModules(
  script: Source,
  needsOf: (path: string, content: string) => Promise<PythonNeeds>,
): Promise<Gathered> {
  const modules = new Map<string, string>();
  const requirements = new Set<string>();
  const pending: Source[] = [script];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const needs = await needsOf(next.path, next.content);
    for (const one of needs.requirements) requirements.add(one);
    for (const paths of needs.scripts) {
      if (paths.some((path) => modules.has(path) || path === script.path)) continue;
      const [path, content] = await findScript(paths, { ...script, path: next.path });
      modules.set(path, content);
      pending.push({ ...script, path, content });
    }
    if (modules.size > maxModules) {
      throw new AppError('unprocessable', `${script.path} imports more than 200 scripts.`);
    }
  }
  return { modules, requirements: [...requirements].toSorted() };
}

/** The code that runs: the script alone, or a launcher that holds it and its modules. */
export function withModules({
  path,
  content,
  modules,
}: {
  path: string;
  content: string;
  modules: ReadonlyMap<string, string>;
}): string {
  if (modules.size === 0) return content;
  template ??= readFileSync(launcher, 'utf8');
  const held = JSON.stringify({ path, source: content, modules: Object.fromEntries(modules) });
  // JSON of JSON: a text that Python reads as its own literal.
  return template.replace('"{}"', () => JSON.stringify(held));
}
