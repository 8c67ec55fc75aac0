// Three tools that stand for all the others: for connections that ask for it (`?tools=search`),
// and beside lists that are longer than clients take. They find, describe and call what this
// caller has; a call goes through the same door, under the name of the tool that is called.
import { AppError } from '../../../base/index.ts';
import { isObject, type ToolDefinition, type ToolResult } from '../protocol.ts';
import { valueResult } from '../results.ts';
import { type Invocation, type Tool, toolOf } from '../tool.ts';

const details = ['name', 'summary', 'full'] as const;
type Detail = (typeof details)[number];

const defaultLimit = 10;
const maxSummaryChars = 300;

function shown({ definition }: Tool, detail: Detail): unknown {
  const { name, title, description, inputSchema, annotations } = definition;
  if (detail === 'name') return { name };
  if (detail === 'full') return definition;
  const summary =
    description.length > maxSummaryChars
      ? `${description.slice(0, maxSummaryChars)}…`
      : description;
  const { properties, required } = inputSchema;
  return {
    name,
    title,
    summary,
    arguments: isObject(properties) ? Object.keys(properties) : [],
    ...(Array.isArray(required) && { required }),
    readOnly: annotations.readOnlyHint,
  };
}

async function find({ args, directory }: Invocation): Promise<ToolResult> {
  const { query, detail = 'summary', limit = defaultLimit } = args;
  const found = directory.search(String(query), Number(limit));
  const tools = found.map((tool) => shown(tool, detail as Detail));
  const result = valueResult({ tools, of: directory.size });
  if (tools.length > 0) return result;
  const text =
    `None of the ${directory.size} tools has these words. Use other or fewer ones: what it does ` +
    '("send invoice"), what it is about ("schedule"), or a part of its path.';
  return { ...result, content: [{ type: 'text', text }] };
}

function named({ args, directory }: Invocation): Tool {
  const name = String(args['name']);
  const tool = directory.get(name);
  if (tool) return tool;
  throw new AppError('not_found', `There is no tool "${name.slice(0, 128)}" for this token.`, {
    hint: `${directory.similar(name)}Find it with searchTools.`,
  });
}

const nameField = { type: 'string', description: 'Its name, as searchTools gives it.' };

const hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

function definitionOf(parts: Omit<ToolDefinition, 'annotations'>, given = hints): ToolDefinition {
  return { ...parts, annotations: { title: parts.title, ...given } };
}

const searching = definitionOf({
  name: 'searchTools',
  title: 'Find tools',
  description:
    'Finds tools by words: deployed scripts and flows, and those that read, write, run and ' +
    'schedule them. Most tools are only found here. Then call one with callTool.',
  inputSchema: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        minLength: 1,
        maxLength: 1000,
        description: 'Words for what it should do, or a part of its name or path.',
      },
      detail: {
        type: 'string',
        enum: [...details],
        description:
          'How much of each: summary (what it does and the names of its arguments), name, or ' +
          'full (with its schema); summary when left out.',
      },
      limit: { type: 'number', minimum: 1, maximum: 50, description: 'Tools; 10.' },
    },
    required: ['query'],
    additionalProperties: false,
  },
});

const describing = definitionOf({
  name: 'describeTool',
  title: 'Describe a tool',
  description: 'Reads one tool whole, with the JSON Schema of its arguments. Before callTool.',
  inputSchema: {
    type: 'object',
    properties: { name: nameField },
    required: ['name'],
    additionalProperties: false,
  },
});

const calling = definitionOf(
  {
    name: 'callTool',
    title: 'Call a tool',
    description:
      'Calls a tool that searchTools found, with the same rights and the same answer as if it ' +
      'were listed. A result may name further tools: call them this way too.',
    inputSchema: {
      type: 'object',
      properties: {
        name: nameField,
        arguments: {
          type: 'object',
          description: 'Its arguments, as describeTool shows them; {} for none.',
        },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
  // It may be any of them, so it is as careful as the worst.
  { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
);

function toolWith(definition: ToolDefinition, run: Tool['run']): Tool {
  const { name } = definition;
  return toolOf({ definition, schemaKey: `search ${name}`, unknownArguments: 'refuse', run });
}

export const searchTools: readonly Tool[] = [
  toolWith(searching, find),
  toolWith(describing, async (invocation) => {
    const { definition } = named(invocation);
    return valueResult(definition);
  }),
  toolWith(calling, async (invocation) => {
    const { arguments: args } = invocation.args;
    return invocation.callOther(named(invocation), isObject(args) ? args : {});
  }),
];
