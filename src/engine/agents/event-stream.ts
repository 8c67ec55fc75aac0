// Reads server-sent events of JSON (WHATWG HTML, section 9.2) as they come, up to a bound.
import { AppError } from '../../base/index.ts';

/** What the lines of one event say; undefined for a comment, a name alone or the end's mark. */
function eventOf(lines: readonly string[]): unknown {
  const data = lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trimStart())
    .join('\n');
  if (data === '' || data === '[DONE]') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    throw new AppError('unprocessable', 'The model streamed something that is no JSON.');
  }
}

/** The events of a response. Throws `too_large` beyond `maxBytes`, and reads no further. */
export async function* eventsOf(response: Response, maxBytes: number): AsyncGenerator {
  const decoder = new TextDecoder();
  let waiting = '';
  let lines: string[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) {
      throw new AppError('too_large', `The answer is larger than ${maxBytes} bytes.`);
    }
    const text = decoder.decode(chunk, { stream: true });
    if (!text.includes('\n')) {
      waiting += text;
      continue;
    }
    const ended = (waiting + text).split('\n');
    waiting = ended.pop() ?? '';
    for (const line of ended.map((each) => each.replace(/\r$/, ''))) {
      if (line !== '') {
        lines.push(line);
        continue;
      }
      const event = eventOf(lines);
      lines = [];
      if (event !== undefined) yield event;
    }
  }
  const last = eventOf([...lines, waiting]);
  if (last !== undefined) yield last;
}
