// Ids and random secrets. Ids are UUIDv7 (RFC 9562 section 5.7): time-ordered, so a b-tree
// appends; Windmill's job ids have the same shape.
import { hash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';

// Random bytes are drawn in pages: one system call for 256 ids instead of one for each (6 µs).
const pool = Buffer.alloc(4096);
let poolAt = pool.length;

function randomPart(): Buffer {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += 16;
  return Buffer.from(pool.subarray(poolAt - 16, poolAt));
}

let lastMs = 0;
let sequence = 0;

/** A new UUIDv7; strictly increasing within one process (12-bit counter after the milliseconds). */
export function newId(): string {
  let ms = Date.now();
  if (ms <= lastMs) {
    ms = lastMs;
    sequence += 1;
    if (sequence > 0xfff) {
      ms = lastMs + 1;
      sequence = 0;
    }
  } else {
    sequence = 0;
  }
  lastMs = ms;
  const bytes = randomPart();
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** A random secret of `length` characters from `A-Za-z0-9` (5.95 bits each; 32 give 190 bits). */
export function newSecret(length = 32): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let secret = '';
  while (secret.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 below 256: without the cut some letters come more often.
      if (byte < 248 && secret.length < length) secret += alphabet[byte % 62];
    }
  }
  return secret;
}

/** Lower-case hex SHA-256. Enough for stored tokens, because the secrets have 190 random bits. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** Compares without leaking the position of the first difference. */
export function sameSecret(left: string, right: string): boolean {
  const a = Buffer.from(sha256(left));
  const b = Buffer.from(sha256(right));
  return timingSafeEqual(a, b);
}
