// Hooks as YAML files.
import { parseDocument, stringify } from 'yaml';
import { invalidSource, readYaml, whole } from '../strict-yaml.ts';
import { hookFile, hookShape, type HookDefinition } from './definition.ts';

const hook = { what: 'hook', page: 'docs/how-to/hooks.md' };

/** One hook. Throws `invalid_input`, whose details say every problem with line and column. */
export const readHook = (source: string): HookDefinition =>
  readYaml(source, { ...hook, schema: hookShape });

export interface FileHook {
  definition: HookDefinition;
  /** The hook alone, as YAML. */
  source: string;
}

/** A file of hooks. Throws as `readHook` does, also for a name that stands in it twice. */
export function readHookFile(source: string): FileHook[] {
  const { hooks } = readYaml(source, { ...hook, schema: hookFile });
  const raw = (parseDocument(source).toJS({ maxAliasCount: 0 }) as { hooks: unknown[] }).hooks;
  const names = new Set<string>();
  return hooks.map((definition, index) => {
    if (names.has(definition.name)) {
      const message = `the name ${definition.name} stands in the file twice`;
      throw invalidSource([{ ...whole(message), path: `hooks.${index}.name` }], hook);
    }
    names.add(definition.name);
    return { definition, source: stringify(raw[index]) };
  });
}
