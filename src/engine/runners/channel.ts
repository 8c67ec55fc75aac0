// One conversation with a harness over two sockets: requests and answers on one, what the script
// prints on the other. A mark that only this run knows ends its log, so nothing is attributed to
// the next. Owns no process.
import { StringDecoder } from 'node:string_decoder';
import type { Duplex, Readable } from 'node:stream';
import { newSecret } from '../../base/index.ts';
import { createFrameReader, encodeFrame } from './frames.ts';

export interface Reply {
  success: boolean;
  /** A workflow waits: `json` says what for. */
  suspended?: boolean;
  /** JSON of the value, or of `{ name, message, stack? }`. */
  json: string;
  memPeakKb: number | null;
}

export interface Exchange {
  /** The request as the harness reads it, given the run's id and the mark that ends its log. */
  encode(id: string, mark: string): string;
  /** Reads an answer; throws when it is none to the run `id`. */
  parse(payload: Buffer, id: string): Reply;
  maxResultBytes: number;
  maxLogBytes: number;
  onLog(text: string): void;
  /** All bytes of the run's output, also those above the cap. */
  onOutput?(bytes: Buffer): void;
}

/** The child ended, or broke the protocol, before it answered; the text says how. */
export interface Broken {
  broken: string;
}

export interface ChannelEvents {
  /** The harness waits for a request. */
  onReady(): void;
  /** The harness ends by its own decision; its end is noticed elsewhere. */
  onRetired(reason: string): void;
  /** The child wrote something that is no protocol: it must go. */
  onViolation(): void;
}

export interface Channel {
  /** Resolves when the answer and the end of the log have both come; one at a time. */
  exchange(exchange: Exchange): Promise<Reply | Broken>;
  /** A request has no complete answer yet. */
  waits(): boolean;
  /** The child is gone: hands out what it printed last, then ends the exchange. `how` it ended. */
  closed(how: string): void;
}

const intruded = 'the script wrote to the channel of its runner';
const slackBytes = 64 * 1024;

/** Splits a run's log from the stream: caps it, and finds the mark that ends it. */
function createTap(mark: Buffer, { maxLogBytes, onLog, onOutput }: Exchange) {
  const decoder = new StringDecoder('utf8');
  let left = maxLogBytes;
  let held: Buffer = Buffer.alloc(0);

  function give(bytes: Buffer): void {
    if (bytes.length === 0) return;
    onOutput?.(bytes);
    if (left < 0) return;
    const part = bytes.length > left ? bytes.subarray(0, left) : bytes;
    const text = decoder.write(part);
    if (text !== '') onLog(text);
    left -= part.length;
    if (part.length < bytes.length) {
      left = -1;
      onLog(`\n[log cut: more than the limit of ${maxLogBytes} bytes]\n`);
    }
  }

  return {
    /** true once the mark was found; what follows it belongs to nobody. */
    push(chunk: Buffer): boolean {
      const joined = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const at = joined.indexOf(mark);
      if (at !== -1) {
        give(joined.subarray(0, at));
        return true;
      }
      // The mark may come in two pieces: hold back an end that could be its beginning.
      const start = joined.indexOf(mark[0] ?? 0, Math.max(0, joined.length - mark.length + 1));
      const safe = start === -1 ? joined.length : start;
      give(joined.subarray(0, safe));
      held = joined.subarray(safe);
      return false;
    },
    flush() {
      give(held);
      held = Buffer.alloc(0);
    },
  };
}

/**
 * `S <id> <peak KiB>\n<json>`, or the same with F for a failure, W for a workflow that waits.
 * Throws on anything else.
 */
export function parseReply(payload: Buffer, id: string): Reply {
  const end = payload.indexOf(10);
  const [kind, ofRun, peak] = payload.toString('latin1', 0, Math.max(0, end)).split(' ');
  if ((kind !== 'S' && kind !== 'F' && kind !== 'W') || ofRun !== id)
    throw new Error('no answer to this run');
  const json = payload.toString('utf8', end + 1);
  JSON.parse(json);
  const memPeakKb = Math.round(Number(peak));
  return {
    success: kind !== 'F',
    suspended: kind === 'W',
    json,
    memPeakKb: memPeakKb > 0 ? memPeakKb : null,
  };
}

interface Waiting {
  id: string;
  exchange: Exchange;
  tap: ReturnType<typeof createTap>;
  answer: Buffer | undefined;
  marked: boolean;
  resolve(end: Reply | Broken): void;
}

export function createChannel(
  sockets: { control: Duplex; log: Readable },
  events: ChannelEvents,
): Channel {
  let waiting: Waiting | undefined;

  function settle(): void {
    if (waiting?.answer === undefined || !waiting.marked) return;
    const { resolve, exchange, answer, id } = waiting;
    waiting = undefined;
    try {
      // Read only now: a Bash script's result may be the last line of its log.
      resolve(exchange.parse(answer, id));
    } catch {
      events.onViolation();
      resolve({ broken: intruded });
    }
  }

  function violated(): void {
    events.onViolation();
    const failed = waiting;
    waiting = undefined;
    failed?.resolve({ broken: intruded });
  }

  const frames = createFrameReader(
    () => slackBytes + (waiting?.exchange.maxResultBytes ?? 0),
    (payload) => {
      if (payload.length === 1 && payload[0] === 82) {
        events.onReady();
      } else if (payload[0] === 66) {
        events.onRetired(payload.toString('utf8', 1, 200));
      } else if (waiting === undefined || waiting.answer !== undefined) {
        throw new Error('an answer that nobody asked for');
      } else {
        waiting.answer = payload;
        settle();
      }
    },
  );

  sockets.control.on('data', (chunk: Buffer) => {
    try {
      frames.push(chunk);
    } catch {
      violated();
    }
  });
  sockets.log.on('data', (chunk: Buffer) => {
    // What comes between two runs belongs to nobody, and is dropped.
    if (waiting === undefined || waiting.marked) return;
    waiting.marked = waiting.tap.push(chunk);
    if (waiting.marked) settle();
  });
  // A child that is killed while we write: its end is noticed elsewhere.
  sockets.control.on('error', () => {});
  sockets.log.on('error', () => {});

  return {
    exchange(exchange) {
      const id = newSecret(16);
      const mark = `\u001e${id}\u001e`;
      const tap = createTap(Buffer.from(mark), exchange);
      return new Promise((resolve) => {
        waiting = { id, exchange, tap, answer: undefined, marked: false, resolve };
        sockets.control.write(encodeFrame(exchange.encode(id, mark)));
      });
    },
    waits: () => waiting !== undefined,
    closed(how) {
      if (waiting === undefined) return;
      if (!waiting.marked) waiting.tap.flush();
      waiting.marked = true;
      settle();
      const failed = waiting;
      waiting = undefined;
      failed?.resolve({ broken: `the process ended before it answered (${how})` });
    },
  };
}
