// Finds the last line that is not blank in a stream of output of any size, keeping only one line.

export interface LastLine {
  push(bytes: Buffer): void;
  /** The line, without its end; empty when there was none. Longer ones are cut at their end. */
  text(): string;
}

const blank = (bytes: Buffer): boolean => bytes.every((byte) => byte <= 32);

export function createLastLine(maxBytes: number): LastLine {
  /** The line that has no end yet. */
  let open: Buffer = Buffer.alloc(0);
  let last: Buffer = Buffer.alloc(0);

  function extend(bytes: Buffer): void {
    const room = maxBytes - open.length;
    if (room > 0) open = Buffer.concat([open, bytes.subarray(0, room)]);
  }

  return {
    push(bytes) {
      let end = bytes.lastIndexOf(10);
      const rest = bytes.subarray(end + 1);
      let found = false;
      while (end > -1 && !found) {
        const start = end === 0 ? -1 : bytes.lastIndexOf(10, end - 1);
        const line = bytes.subarray(start + 1, end);
        if (start === -1) {
          extend(line);
          if (!blank(open)) last = open;
          found = true;
        } else if (!blank(line)) {
          last = Buffer.from(line.subarray(0, maxBytes));
          found = true;
        }
        end = start;
      }
      if (bytes.includes(10)) open = Buffer.alloc(0);
      extend(rest);
    },
    text: () => (blank(open) ? last : open).toString().replace(/\r$/, ''),
  };
}
