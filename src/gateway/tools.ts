// The MCP tools of services: two for each, with the actions that this caller may do. The surface
// turns them into its own; this says what they hold.
import type { Caller } from '../operation/index.ts';
import type { Action, JsonObject } from './action.ts';
import { mayCall } from './calls/index.ts';
import type { Service, Setup } from './services/index.ts';

export interface ServiceTool {
  name: string;
  title: string;
  description: string;
  service: string;
  reads: boolean;
  /** The operation that runs it. */
  operation: 'services.read' | 'services.write';
  inputSchema: JsonObject;
}

interface Parameter {
  schema: JsonObject;
  actions: string[];
}

/** One flat list of what the actions take; a name that several share says so in its description. */
function parametersOf(actions: readonly Action[]): Record<string, JsonObject> {
  const found = new Map<string, Parameter>();
  for (const { name, input } of actions) {
    const properties = (input.json['properties'] ?? {}) as Record<string, JsonObject>;
    for (const [key, schema] of Object.entries(properties)) {
      const known = found.get(key);
      if (!known) found.set(key, { schema, actions: [name] });
      else {
        known.actions.push(name);
        // Different actions may mean different things: what one of them refuses is told on call.
        if (JSON.stringify(known.schema) !== JSON.stringify(schema)) {
          known.schema = { description: known.schema['description'] ?? '' };
        }
      }
    }
  }
  const entries = [...found].map(([key, { schema, actions: of }]): [string, JsonObject] => {
    const { default: _, ...rest } = schema;
    const used = of.length === actions.length ? '' : ` (${of.join(', ')})`;
    const { description = '' } = schema as { description?: string };
    return [key, { ...rest, description: `${description}${used}`.trim() }];
  });
  return Object.fromEntries(entries);
}

function neededBy({ input }: Action): string {
  const required = (input.json['required'] ?? []) as string[];
  return required.length === 0 ? '' : ` Takes ${required.join(', ')}.`;
}

function toolOf({ declaration }: Service, actions: readonly Action[], reads: boolean): ServiceTool {
  const { name, title, description } = declaration;
  const said = actions.map((one) => `- ${one.name}: ${one.description}${neededBy(one)}`);
  const verb = reads ? 'Reads' : 'Changes';
  return {
    name: `${name}_${reads ? 'read' : 'write'}_actions`,
    title: `${title}: ${reads ? 'read' : 'write'}`,
    description: `${verb} ${description}. Actions:\n${said.join('\n')}`,
    service: name,
    reads,
    operation: reads ? 'services.read' : 'services.write',
    inputSchema: {
      type: 'object',
      properties: {
        action: { type: 'string', enum: actions.map((one) => one.name), description: 'what to do' },
        ...parametersOf(actions),
        ...(reads
          ? {}
          : {
              dry_run: { type: 'boolean', description: 'check everything, and send nothing' },
              confirmed: { type: 'boolean', description: 'in flows: the owner agreed' },
            }),
      },
      required: ['action'],
      additionalProperties: false,
    },
  };
}

/** In a fixed order: by service, reads first. A tool without an action is not there. */
export function toolsOf(caller: Caller, setup: Setup): ServiceTool[] {
  return [...setup.services.values()].flatMap((service) => {
    const mine = [...service.actions.values()].filter(
      (action) => action.curated && mayCall(caller, { setup, service, action }),
    );
    const reads = mine.filter((action) => action.class === 'read');
    const writes = mine.filter((action) => action.class !== 'read');
    return [
      ...(reads.length > 0 ? [toolOf(service, reads, true)] : []),
      ...(writes.length > 0 ? [toolOf(service, writes, false)] : []),
    ];
  });
}
