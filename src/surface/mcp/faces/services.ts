// The tools of services as this endpoint lists and calls them: two a service, one `action` each.
import type { ServiceTool } from '../../../gateway/index.ts';
import { sha256 } from '../../../base/index.ts';
import { confirmation } from '../../../operation/index.ts';
import { iconsOf } from '../icons.ts';
import type { JsonObject, ToolResult } from '../protocol.ts';
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

function resultOf({ value, notes }: { value: unknown; notes: string[] }): ToolResult {
  const result = valueResult(value);
  const said = notes.map((text) => ({ type: 'text' as const, text }));
  return { ...result, content: [...result.content, ...said] };
}

export function serviceTool({ door }: FaceDeps, declared: ServiceTool): Tool {
  const { name, title, description, service, reads, operation } = declared;
  return toolOf({
    definition: {
      name,
      title,
      description,
      inputSchema: declared.inputSchema,
      annotations: {
        title,
        readOnlyHint: reads,
        destructiveHint: !reads,
        idempotentHint: reads,
        openWorldHint: true,
      },
      ...iconsOf('server'),
    },
    schemaKey: keyOf(declared),
    unknownArguments: 'refuse',
    ...(reads ? {} : { asksFirst: true, hidden }),
    async run({ call, args }: Invocation) {
      const { action, dry_run: dryRun = false, confirmed = false, ...params } = args;
      const input = { service, action, params, dryRun, confirmed };
      const answer = await door.invoke(call, operation, input);
      return resultOf(answer as { value: unknown; notes: string[] });
    },
  });
}
