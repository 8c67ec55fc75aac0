// The wire between worker and harness: `<decimal length>\n<payload>`, the same in both directions,
// simple enough for JavaScript, Python and Bash. What a child sends is hostile until checked.

/** One frame, ready to write. */
export function encodeFrame(payload: string): Buffer {
  const body = Buffer.from(payload);
  return Buffer.concat([Buffer.from(`${body.length}\n`), body]);
}

export interface FrameReader {
  /** Feeds bytes; calls `onFrame` for each whole payload. Throws on anything that is no frame. */
  push(chunk: Buffer): void;
}

const longestHeader = 12;

/** `maxBytes` is asked anew for each frame, because the cap belongs to the run under way. */
export function createFrameReader(
  maxBytes: () => number,
  onFrame: (payload: Buffer) => void,
): FrameReader {
  let parts: Buffer[] = [];
  let held = 0;
  /** Payload length of the frame under way; undefined while its header is incomplete. */
  let wanted: number | undefined;

  function header(joined: Buffer): Buffer | undefined {
    const end = joined.subarray(0, longestHeader).indexOf(10);
    if (end === -1) {
      if (joined.length >= longestHeader) throw new Error('no frame header');
      return undefined;
    }
    const text = joined.toString('latin1', 0, end);
    const length = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(length <= maxBytes())) throw new Error('no frame length, or one above the cap');
    wanted = length;
    return joined.subarray(end + 1);
  }

  return {
    push(chunk) {
      parts.push(chunk);
      held += chunk.length;
      while (held > 0 || wanted === 0) {
        if (wanted === undefined) {
          const rest = header(Buffer.concat(parts));
          if (rest === undefined) return;
          parts = [rest];
          held = rest.length;
        }
        if (wanted === undefined || held < wanted) return;
        const joined = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
        const payload = joined.subarray(0, wanted);
        parts = [joined.subarray(wanted)];
        held -= wanted;
        wanted = undefined;
        onFrame(payload);
      }
    },
  };
}
