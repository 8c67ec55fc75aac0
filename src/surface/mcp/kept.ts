// Bytes that begin many answers, such as a list of tools: kept as they are and once packed, so
// that an answer is two writes and no copy. RFC 1951 and 1952: a compressed stream that was
// flushed may go on with a stored block, so what differs each time is put behind it unpacked.
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

/** Member header: deflate, no name, no time, any system. */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** The most that one stored block can say. */
const maxStoredBytes = 0xffff;

interface Packed {
  /** A gzip stream up to where the next block begins. */
  bytes: Buffer;
  crc: number;
}

export interface Kept {
  readonly plain: Buffer;
  /** Packed at the first use. */
  packed(): Promise<Packed>;
}

/** A kept beginning, and what follows it this once. */
export interface Framed {
  head: Kept;
  tail: Buffer;
}

export function keep(plain: Buffer): Kept {
  let packing: Promise<Packed> | undefined;
  async function pack(): Promise<Packed> {
    const blocks = await deflate(plain, { finishFlush: constants.Z_SYNC_FLUSH });
    return { bytes: Buffer.concat([gzipHeader, blocks]), crc: crc32(plain) };
  }
  return { plain, packed: () => (packing ??= pack()) };
}

/** Does an `Accept-Encoding` name gzip, and not to refuse it? */
export function takesGzip(header: string | string[] | undefined): boolean {
  return typeof header === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header);
}

/** The parts of the body as they are, in order. */
export function plainParts({ head, tail }: Framed): [Buffer, Buffer] {
  return [head.plain, tail];
}

/** The same as a gzip stream; undefined when `tail` is too long for it. */
export async function packedParts({ head, tail }: Framed): Promise<[Buffer, Buffer] | undefined> {
  if (tail.length > maxStoredBytes) return undefined;
  const { bytes, crc } = await head.packed();
  const end = Buffer.allocUnsafe(tail.length + 13);
  end.writeUInt8(1, 0);
  end.writeUInt16LE(tail.length, 1);
  end.writeUInt16LE(~tail.length & 0xffff, 3);
  tail.copy(end, 5);
  end.writeUInt32LE(crc32(tail, crc), tail.length + 5);
  end.writeUInt32LE((head.plain.length + tail.length) % 2 ** 32, tail.length + 9);
  return [bytes, end];
}
