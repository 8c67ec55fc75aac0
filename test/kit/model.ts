// A stand-in for a provider of models: answers what the test wrote, in order, and keeps what it
// was asked. Speaks three dialects, by the path.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventsOf } from './model-streams.ts';

export interface ModelCall {
  path: string;
  headers: IncomingMessage['headers'];
  body: any;
}

/**
 * Text, calls, an image in base64, or a whole HTTP answer; `hang` never answers. Streamed text
 * comes piece by piece: with `pauses`, each after the first when the test says `goOn`.
 */
export type Script =
  | { text: string }
  | { text: string; pieces: readonly string[]; pauses?: boolean; breaksOff?: boolean }
  | { image: string }
  | { calls: { name: string; args: unknown }[] }
  | { status: number; body: string; headers?: Record<string, string> }
  | 'hang';

export interface StandInModel {
  /** Base address for a provider's resource. */
  address: string;
  calls: ModelCall[];
  /** What the next questions are answered with. */
  answer(...scripts: Script[]): void;
  /** Resolves at the next question. */
  asked(): Promise<void>;
  /** Lets a stream that pauses send its next piece. */
  goOn(): void;
  /** Resolves when somebody hangs up on `hang`. */
  hungUp(): Promise<void>;
  stop(): Promise<void>;
}

const usage = { prompt_tokens: 7, completion_tokens: 3, input_tokens: 7, output_tokens: 3 };

function openai(script: Script, n: number): unknown {
  if (typeof script !== 'object' || !('calls' in script)) {
    const content = typeof script === 'object' && 'text' in script ? script.text : '';
    const isImage = typeof script === 'object' && 'image' in script;
    const images = isImage
      ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${script.image}` } }]
      : undefined;
    return { choices: [{ message: { role: 'assistant', content, images } }], usage };
  }
  const tool_calls = script.calls.map(({ name, args }, k) => ({
    id: `call_${n}_${k}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  return { choices: [{ message: { role: 'assistant', content: null, tool_calls } }], usage };
}

function anthropic(script: Script, n: number): unknown {
  if (typeof script !== 'object' || !('calls' in script)) {
    const text = typeof script === 'object' && 'text' in script ? script.text : '';
    return { content: [{ type: 'text', text }], usage };
  }
  const content = script.calls.map(({ name, args }, k) => {
    return { type: 'tool_use', id: `toolu_${n}_${k}`, name, input: args };
  });
  return { content: [{ type: 'thinking', thinking: '…' }, ...content], usage };
}

function responses(script: Script, n: number): unknown {
  const output: object[] = [{ type: 'reasoning', summary: [] }];
  if (typeof script === 'object' && 'text' in script) {
    const content = [{ type: 'output_text', text: script.text, annotations: [] }];
    output.push({ type: 'message', role: 'assistant', content });
  } else if (typeof script === 'object' && 'image' in script) {
    output.push({ type: 'image_generation_call', status: 'completed', result: script.image });
  } else if (typeof script === 'object' && 'calls' in script) {
    for (const [k, { name, args }] of script.calls.entries()) {
      const call = { name, arguments: JSON.stringify(args) };
      output.push({ type: 'function_call', call_id: `call_${n}_${k}`, ...call });
    }
  }
  return { output, usage };
}

const shapeOf = (path: string) => {
  if (path.endsWith('/messages')) return anthropic;
  return path.endsWith('/responses') ? responses : openai;
};

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

/** Starts one on a free port of loopback. */
export async function startModel(): Promise<StandInModel> {
  const scripts: Script[] = [];
  const calls: ModelCall[] = [];
  let tellAsked: () => void = () => {};
  let tellHungUp: () => void = () => {};
  let goOn: () => void = () => {};

  async function stream(response: ServerResponse, script: Script, events: object[]) {
    const { pauses = false, breaksOff = false } = script as {
      pauses?: boolean;
      breaksOff?: boolean;
    };
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(': hello\n\n');
    for (const [n, event] of events.entries()) {
      const isText = /"(?:content|text|delta)":"[^"]/.test(JSON.stringify(event));
      if (breaksOff && n === events.length - 2) return response.destroy();
      const line = `event: e\r\ndata: ${JSON.stringify(event)}\r\n\r\n`;
      const next = pauses && isText ? new Promise<void>((resolve) => (goOn = resolve)) : undefined;
      // A piece of the network ends anywhere.
      response.write(line.slice(0, 20));
      response.write(line.slice(20));
      await next;
    }
    return response.end('data: [DONE]\n\n');
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    calls.push({ path, headers, body: await readJson(request) });
    tellAsked();
    const script = scripts.shift() ?? { status: 500, body: 'the test wrote no more answers' };
    if (script === 'hang') {
      response.on('close', () => tellHungUp());
    } else if ('status' in script) {
      response.writeHead(script.status, script.headers).end(script.body);
    } else {
      const shape = shapeOf(path)(script, calls.length);
      if (calls.at(-1)?.body.stream === true) {
        const text = 'text' in script ? [script.text] : [];
        const pieces = 'pieces' in script ? script.pieces : text;
        await stream(response, script, eventsOf(path, shape, pieces));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(shape));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    calls,
    answer: (...more) => void scripts.push(...more),
    asked: () =>
      new Promise((resolve) => {
        tellAsked = resolve;
      }),
    goOn: () => goOn(),
    hungUp: () =>
      new Promise((resolve) => {
        tellHungUp = resolve;
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
