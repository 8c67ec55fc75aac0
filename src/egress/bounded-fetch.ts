// The guarded fetch in the form that libraries take, which no answer makes too large.
import type { Egress } from './egress.ts';

/** The same answer, which fails once it is too large. */
function bounded(answer: Response, maxBytes: number): Response {
  let left = maxBytes;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left >= 0) controller.enqueue(chunk);
      else controller.error(new Error(`its answer is larger than ${maxBytes} bytes`));
    },
  });
  const { status, headers } = answer;
  return new Response(answer.body?.pipeThrough(counter) ?? null, { status, headers });
}

/** `maxBytes`: of one answer, or of the stream that it is. */
export function boundedFetch(egress: Pick<Egress, 'fetch'>, maxBytes: number) {
  return async (address: string | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const { method, body, signal } = init;
    const answer = await egress.fetch(String(address), {
      headers,
      ...(method === undefined ? {} : { method }),
      ...(typeof body === 'string' ? { body } : {}),
      ...(signal ? { signal } : {}),
    });
    return bounded(answer, maxBytes);
  };
}
