// Ids and random secrets. Ids are UUIDv7 (RFC 9562 section 5.7): time-ordered, so a b-tree
// appends; Windmill's job ids have the same shape.
import { hash, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';

// Random bytes are drawn in pages: one system call for 256 ids instead of one for each (6 µs).
// An id is written over its own.
const pool = Buffer.alloc(4096);
let poolAt = pool.length;

/** Where in the pool the next 16 random bytes stand. */
function drawn(): number {
  poolAt += 16;
  if (poolAt >= pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  return poolAt;
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
  const at = drawn();
  pool.writeUIntBE(ms, at, 6);
  pool.writeUInt16BE(0x7000 | sequence, at + 6);
  pool[at + 8] = ((pool[at + 8] ?? 0) & 0x3f) | 0x80;
  const hex = pool.toString('hex', at, at + 16);
  const [first, last] = [`${hex.slice(0, 8)}-${hex.slice(8, 12)}`, hex.slice(20)];
  return `${first}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${last}`;
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
