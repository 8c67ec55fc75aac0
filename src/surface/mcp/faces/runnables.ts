// Deployed scripts and flows as tools: one tool each, named and described
// so that a model can pick it, run by path as the caller.
import { cutBytes } from '../../../base/index.ts';
import type { OfferedResources, RunnableTool } from '../../../engine/index.ts';
import { toolNameOf } from '../names.ts';
import type { ToolDefinition } from '../protocol.ts';
import { declaredArguments, type ToolSchema, toolSchemaOf } from '../schemas.ts';
import { type FaceDeps, type Tool, toolOf } from '../tool.ts';
import { outcomeResult } from './outcome.ts';

/** A model pays for every word of every tool; the rest is on the page of the script. */
const maxDescriptionBytes = 4_000;

function described(text: string): string {
  const kept = cutBytes(text.trim(), maxDescriptionBytes);
  return kept.length < text.trim().length ? `${kept}…` : kept;
}

function describe(runnable: RunnableTool, { optional }: ToolSchema): string {
  const summary = runnable.summary.trim();
  const description = described(runnable.description);
  const head = `Runs the ${runnable.kind} \`${runnable.path}\`${summary ? `: ${summary}` : ''}`;
  const lines = [/[.!?]$/.test(head) ? head : `${head}.`];
  if (description !== '' && description !== summary) lines.push(description);
  if (optional.length > 0) {
    const names = optional.map((name) => `\`${name}\``).join(', ');
    lines.push(
      `Optional: ${names}. Leave out those you have no value for; send no empty placeholders.`,
    );
  }
  return lines.join('\n\n');
}

/** Without a picture: the same 330 bytes a hundred times would be a third of the list. */
function definitionOf(runnable: RunnableTool, schema: ToolSchema): ToolDefinition {
  const title = runnable.summary.trim() || runnable.path;
  return {
    name: toolNameOf(runnable.kind, runnable.path),
    title,
    description: describe(runnable, schema),
    inputSchema: schema.schema,
    // Nobody knows what a script does: the careful answer, as Windmill gives it.
    annotations: {
      title,
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    },
  };
}

/**
 * The tool of one version of a script. A version never changes, so without `offered` (the
 * resources that this caller may give it) the tool may be kept.
 */
export function runnableTool(
  { door, waitMs }: FaceDeps,
  runnable: RunnableTool,
  offered?: OfferedResources,
): Tool {
  const { kind, path, hash } = runnable;
  const schema = toolSchemaOf(runnable.schema, offered);
  return toolOf({
    definition: definitionOf(runnable, schema),
    runnable: { kind, path },
    schemaKey: `${kind} ${path} ${hash}`,
    unknownArguments: 'ignore',
    async run(invocation) {
      const args = declaredArguments(schema, invocation.args);
      const operation = kind === 'flow' ? 'jobs.runFlowWait' : 'jobs.runWait';
      const outcome = await door.invoke(invocation.call, operation, { path, args, waitMs });
      return outcomeResult(outcome, { invocation, door });
    },
  });
}
