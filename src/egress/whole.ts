// Answers that are read whole: no more of one is held than its reader can use, packed or not.
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../base/index.ts';

export interface WholeAnswer {
  status: number;
  /** By their names in small letters. */
  headers: ReadonlyMap<string, string>;
  text: string;
}

/** As it comes from the wire. */
interface RawAnswer {
  statusCode: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Readable;
}

const unpack = promisify(gunzip);
const decoder = new TextDecoder();

const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `The answer is larger than ${maxBytes} bytes.`);

function headersOf(raw: RawAnswer['headers']): Map<string, string> {
  const headers = new Map<string, string>();
  for (const name of Object.keys(raw)) headers.set(name, String(raw[name]));
  return headers;
}

const ignore = (): void => undefined;

/** Closes the connection: nothing more of it is taken in. */
export const leave = (body: Readable): unknown => body.on('error', ignore).destroy();

async function bytesOf(body: Readable, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    sizeBytes += part.byteLength;
    if (sizeBytes > maxBytes) {
      leave(body);
      throw tooLarge(maxBytes);
    }
    parts.push(part);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

async function unpacked(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  if (encoding !== 'gzip') throw new Error(`it answers in ${encoding}, which nobody asked for`);
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(maxBytes) : error;
  }
}

/** Throws `too_large` beyond `maxBytes`, and reads no further. */
export async function readWhole(raw: RawAnswer, maxBytes: number): Promise<WholeAnswer> {
  const headers = headersOf(raw.headers);
  const bytes = await bytesOf(raw.body, maxBytes);
  const encoding = headers.get('content-encoding') ?? 'identity';
  const text = decoder.decode(await unpacked(bytes, encoding, maxBytes));
  return { status: raw.statusCode, headers, text };
}
