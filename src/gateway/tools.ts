// The MCP tools of services: two for each, with the actions that this caller may do. The surface
// turns them into its own; this says what they hold.
import { type Caller, serviceScopeAllows } from '../operation/index.ts';
import type { Action, JsonObject } from './action.ts';
import { idOf } from './activation/index.ts';
import { mayCall } from './calls/index.ts';
import { mayUse, type Service, type Setup } from './services/index.ts';

export interface ServiceTool {
  name: string;
  title: string;
  description: string;
  /** Changes nothing, neither here nor there. */
  reads: boolean;
  /** The operation that runs it, and what the tool's arguments are to it. */
  operation: string;
  inputOf(args: JsonObject): JsonObject;
  inputSchema: JsonObject;
  /** Some calls wait for a person's consent. */
  asksFirst: boolean;
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
    reads,
    operation: reads ? 'services.read' : 'services.write',
    inputOf({ action, dry_run: dryRun = false, confirmed = false, ...params }) {
      return { service: name, action, params, dryRun, confirmed };
    },
    // A hook may want the person asked about a read, too.
    asksFirst: true,
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

const finding: readonly ServiceTool[] = [
  {
    name: 'gateway_search_actions',
    title: 'Find actions of services',
    description:
      'Finds actions of the connected services by what they do, also those that no tool lists. ' +
      'Use gateway_activate to make one callable.',
    reads: true,
    operation: 'services.search',
    inputOf: (args) => args,
    asksFirst: false,
    inputSchema: {
      type: 'object',
      properties: {
        query: {
          type: 'string',
          minLength: 1,
          maxLength: 500,
          description: 'what to do, in words',
        },
        service: { type: 'string', description: 'only this service' },
        limit: { type: 'integer', minimum: 1, maximum: 50, description: 'how many at most' },
      },
      required: ['query'],
      additionalProperties: false,
    },
  },
  {
    name: 'gateway_activate',
    title: 'Activate an action',
    description: 'Makes an action callable by the tools of its service, for you, from now on.',
    reads: false,
    operation: 'services.activate',
    inputOf: (args) => args,
    asksFirst: false,
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: '<service>.<action>, as the search tells it' },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
];

/** Is there anything that no tool lists, and that the caller could come to call? */
function hasMore(caller: Caller, setup: Setup): boolean {
  return [...setup.services.values()].some((service) =>
    [...service.actions.values()].some(
      (action) =>
        !action.curated &&
        serviceScopeAllows(caller.scopes, service.declaration.name, action.class) &&
        mayUse(caller, { setup, service, wanted: action.class }),
    ),
  );
}

/** In a fixed order: by service, reads first. A tool without an action is not there. */
export function toolsOf(
  caller: Caller,
  { setup, active }: { setup: Setup; active: ReadonlySet<string> },
): ServiceTool[] {
  const tools = [...setup.services.values()].flatMap((service) => {
    const { name } = service.declaration;
    const mine = [...service.actions.values()].filter(
      (action) =>
        (action.curated || active.has(idOf({ service: name, action: action.name }))) &&
        mayCall(caller, { setup, service, action }),
    );
    const reads = mine.filter((action) => action.class === 'read');
    const writes = mine.filter((action) => action.class !== 'read');
    return [
      ...(reads.length > 0 ? [toolOf(service, reads, true)] : []),
      ...(writes.length > 0 ? [toolOf(service, writes, false)] : []),
    ];
  });
  return hasMore(caller, setup) ? [...tools, ...finding] : tools;
}
