// The tools of services as this endpoint lists and calls them: two a service, one `action` each.
import type { ServiceTool } from '../../../gateway/index.ts';
import { sha256 } from '../../../base/index.ts';
import { confirmation } from '../../../operation/index.ts';
import { iconsOf } from '../icons.ts';
import { type ContentBlock, isObject, type JsonObject, type ToolResult } from '../protocol.ts';
import { valueResult } from '../results.ts';
import { type FaceDeps, type Invocation, type Tool, toolOf } from '../tool.ts';

/** The argument with which a call comes back when the person agreed. */
const hidden: ReadonlySet<string> = new Set([confirmation.argument]);

const schemaKeys = new WeakMap<JsonObject, string>();

/** The same service has another schema for somebody who may do less. */
function keyOf({ name, inputSchema }: ServiceTool): string {
  const known = schemaKeys.get(inputSchema);
  if (known !== undefined) return known;
  const key = `service ${name} ${sha256(JSON.stringify(inputSchema))}`;
  schemaKeys.set(inputSchema, key);
  return key;
}

/** Calls of services answer a value and notes on it; the others are plain values. */
function resultOf(answer: unknown): ToolResult {
  if (!isObject(answer) || !Array.isArray(answer['notes'])) return valueResult(answer);
  const result = valueResult(answer['value']);
  const said = answer['notes'].map((text) => ({ type: 'text' as const, text: String(text) }));
  const media = (answer['media'] ?? []) as ContentBlock[];
  return { ...result, content: [...result.content, ...media, ...said] };
}

const annotationsOf = (title: string, reads: boolean) => ({
  title,
  readOnlyHint: reads,
  destructiveHint: !reads,
  idempotentHint: reads,
  openWorldHint: true,
});

const looseSchema: JsonObject = {
  type: 'object',
  properties: { action: { type: 'string', description: 'what to do' } },
  required: ['action'],
};

/**
 * A tool of a service that is not listed for the caller: the gateway refuses what they may not do,
 * with its reason and a row. Flows that act for a person have no lists. Undefined for what is no
 * name of such a tool.
 */
export function namedServiceTool({ door }: FaceDeps, name: string): Tool | undefined {
  const [, service, verb] = /^([a-z][a-z0-9_]{0,62})_(read|write)_actions$/.exec(name) ?? [];
  if (service === undefined) return undefined;
  const operation = verb === 'read' ? 'services.read' : 'services.write';
  return toolOf({
    definition: {
      name,
      title: name,
      description: name,
      inputSchema: looseSchema,
      annotations: annotationsOf(name, verb === 'read'),
    },
    schemaKey: 'service by name',
    unknownArguments: 'refuse',
    asksFirst: true,
    checksItself: true,
    hidden,
    async run({ call, args }: Invocation) {
      const { action, dry_run: dryRun = false, confirmed = false, ...params } = args;
      const input = { service, action, params, dryRun, confirmed };
      const answer = await door.invoke(call, operation, input);
      return resultOf(answer);
    },
  });
}

export function serviceTool({ door }: FaceDeps, declared: ServiceTool): Tool {
  const { name, title, description, reads, operation } = declared;
  return toolOf({
    definition: {
      name,
      title,
      description,
      inputSchema: declared.inputSchema,
      annotations: annotationsOf(title, reads),
      ...iconsOf('server'),
    },
    schemaKey: keyOf(declared),
    unknownArguments: 'refuse',
    ...(declared.asksFirst ? { asksFirst: true, checksItself: true, hidden } : {}),
    async run({ call, args }: Invocation) {
      const answer = await door.invoke(call, operation, declared.inputOf(args));
      return resultOf(answer);
    },
  });
}
