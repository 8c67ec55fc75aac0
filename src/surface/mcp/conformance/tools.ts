// The tools that the protocol's own test suite calls. They show what the engine passes on: each
// kind of content, errors, progress, messages. Their names and words are the suite's.
import { AppError } from '../../../base/index.ts';
import { type Catalogue, listOf } from '../catalogue.ts';
import type { ContentBlock, ToolResult } from '../protocol.ts';
import { type Invocation, type Tool, toolOf } from '../tool.ts';
import { asking } from './asking.ts';
import { embedded, type Fixture, image, says } from './fixture.ts';

/** A sound without a sample. */
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

const shows = (...content: ContentBlock[]): ToolResult => ({ content });

async function progresses({ call }: Invocation): Promise<ToolResult> {
  for (const progress of [0, 50, 100]) call.onProgress?.({ progress, total: 100 });
  return says('Told of progress.');
}

function logs({ log }: Invocation): ToolResult {
  for (const text of ['started', 'goes on', 'completed']) log?.('info', `Tool execution ${text}`);
  return says('Wrote three lines.');
}

const contents: readonly Fixture[] = [
  {
    name: 'test_simple_text',
    description: 'Answers a line of text.',
    run: () => says('This is a simple text response for testing.'),
  },
  { name: 'test_image_content', description: 'Answers an image.', run: () => shows(image) },
  {
    name: 'test_audio_content',
    description: 'Answers a sound.',
    run: () => shows({ type: 'audio', data: wav, mimeType: 'audio/wav' }),
  },
  {
    name: 'test_embedded_resource',
    description: 'Answers a resource.',
    run: () =>
      shows(
        embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
      ),
  },
  {
    name: 'test_multiple_content_types',
    description: 'Answers text, an image and a resource.',
    run: () =>
      shows(
        { type: 'text', text: 'Multiple content types test:' },
        image,
        embedded(
          'test://mixed-content-resource',
          'application/json',
          JSON.stringify({ test: 'data', value: 123 }),
        ),
      ),
  },
  {
    name: 'test_error_handling',
    description: 'Fails.',
    run() {
      throw new AppError('unprocessable', 'This tool intentionally returns an error for testing');
    },
  },
  { name: 'test_tool_with_logging', description: 'Writes to the log.', run: logs },
  { name: 'test_logging_tool', description: 'Writes to the log.', run: logs },
  { name: 'test_tool_with_progress', description: 'Tells of progress.', run: progresses },
  {
    name: 'json_schema_2020_12_tool',
    description: 'Has a schema with words of JSON Schema 2020-12.',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'address',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      allOf: [{ anyOf: [{ required: ['name'] }, { required: ['address'] }] }],
      additionalProperties: false,
    },
    run: ({ args }) => says(JSON.stringify(args)),
  },
];

function toolFrom({ name, description, inputSchema, needs, run }: Fixture): Tool {
  return toolOf({
    definition: {
      name,
      title: name,
      description,
      inputSchema: inputSchema ?? { type: 'object', properties: {} },
      annotations: {
        title: name,
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    schemaKey: `fixture ${name}`,
    unknownArguments: 'refuse',
    ...(needs && { needs }),
    run: async (invocation) => run(invocation),
  });
}

/** The fixtures as the engine's catalogue, the same for everybody. */
export function fixtureCatalogue(): Catalogue {
  const list = listOf([...contents, ...asking].map(toolFrom));
  return { of: async () => list, endpoints: () => [], hidden: () => undefined };
}
