// What the resource arguments of tools may be given: asked for only where some tool takes one.
import type { Call } from '../operation/index.ts';
import type { Items } from './items.ts';
import type { ResourceChoice } from './resources/index.ts';
import type { RunnableTool } from './scripts/index.ts';

/** What the tools' resource arguments may be given. */
export interface OfferedResources {
  /** The first of each type. */
  choices: readonly ResourceChoice[];
  /** Resource type to what it is. */
  types: ReadonlyMap<string, string>;
}

/** Cheap and generous: a text in the schema that looks like it costs one more query. */
export function takesResource({ schema }: RunnableTool): boolean {
  return /"(?:resource-|resource")/.test(JSON.stringify(schema));
}

/** The choices, with what their types are. */
export async function offered(call: Call, { resources, types }: Items): Promise<OfferedResources> {
  const [choices, known] = await Promise.all([resources.choices(call), types.list(call)]);
  return {
    choices,
    types: new Map(known.map(({ name, description }) => [name, description])),
  };
}
