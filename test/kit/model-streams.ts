// How the stand-in for a provider streams: the body that it would answer, cut into the events of
// each dialect.

/** The pieces of a streamed answer, as JSON of events, text in the pieces given. */
export function eventsOf(path: string, body: any, pieces: readonly string[]): object[] {
  if (path.endsWith('/messages')) return anthropicEvents(body, pieces);
  return path.endsWith('/responses') ? responsesEvents(body, pieces) : openaiEvents(body, pieces);
}

function openaiEvents({ choices, usage }: any, pieces: readonly string[]): object[] {
  const { tool_calls: calls, images } = choices[0].message;
  const delta = (more: object) => ({ choices: [{ index: 0, delta: more }] });
  return [
    delta({ role: 'assistant', content: '' }),
    ...pieces.map((content) => delta({ content })),
    ...(images ? [delta({ images })] : []),
    ...(calls ?? []).flatMap(({ id, function: { name, arguments: args } }: any, index: number) => [
      delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      ...[args.slice(0, 3), args.slice(3)].map((part) =>
        delta({ tool_calls: [{ index, function: { arguments: part } }] }),
      ),
    ]),
    { choices: [{ index: 0, delta: {}, finish_reason: calls ? 'tool_calls' : 'stop' }] },
    { choices: [], usage },
  ];
}

function anthropicEvents({ content, usage }: any, pieces: readonly string[]): object[] {
  const blocks = content.flatMap((block: any, index: number) => {
    const delta = (more: object) => ({ type: 'content_block_delta', index, delta: more });
    const start = { ...block, ...('input' in block ? { input: {} } : {}), text: '' };
    const json = JSON.stringify(block.input ?? null);
    return [
      { type: 'content_block_start', index, content_block: start },
      ...(block.type === 'text' ? pieces : []).map((text) => delta({ type: 'text_delta', text })),
      ...(block.type === 'tool_use' ? [json.slice(0, 3), json.slice(3)] : []).map((part) =>
        delta({ type: 'input_json_delta', partial_json: part }),
      ),
      { type: 'content_block_stop', index },
    ];
  });
  return [
    { type: 'message_start', message: { usage: { input_tokens: usage.input_tokens } } },
    { type: 'ping' },
    ...blocks,
    { type: 'message_delta', delta: {}, usage: { output_tokens: usage.output_tokens } },
    { type: 'message_stop' },
  ];
}

function responsesEvents(body: any, pieces: readonly string[]): object[] {
  return [
    { type: 'response.created', response: {} },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', delta })),
    { type: 'response.completed', response: body },
  ];
}
