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
      const end = bytes.lastIndexOf(10);
      if (end === -1) {
        extend(bytes);
        return;
      }
      // By bytes and not by lines: a gigabyte of empty lines must cost no more than its reading.
      let letter = end;
      while (letter >= 0 && (bytes[letter] ?? 0) <= 32) letter -= 1;
      const start = letter < 0 ? 0 : bytes.lastIndexOf(10, letter) + 1;
      if (start === 0) {
        extend(bytes.subarray(0, letter < 0 ? 0 : bytes.indexOf(10, letter)));
        if (!blank(open)) last = open;
      } else {
        const stop = Math.min(bytes.indexOf(10, letter), start + maxBytes);
        last = Buffer.from(bytes.subarray(start, stop));
      }
      open = Buffer.alloc(0);
      extend(bytes.subarray(end + 1));
    },
    text: () => (blank(open) ? last : open).toString().replace(/\r$/, ''),
  };
}
