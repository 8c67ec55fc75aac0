// Passwords: hashed with argon2id, stored in PHC string form, checked in constant work whether or
// not there is such a person. Owns no table.
import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '../base/index.ts';

export interface Passwords {
  /** A PHC string with a salt of its own. */
  hash(password: string): Promise<string>;
  /** Does the same work when nothing is stored, so that time tells nobody who exists. */
  verify(password: string, stored: string | null | undefined): Promise<boolean>;
}

/** OWASP's password storage cheat sheet: 19 MiB, two passes, one lane (39 ms here). */
const memoryKib = 19_456;
const passes = 2;
const parallelism = 1;
const tagBytes = 32;
const saltBytes = 16;

const derive: (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer> =
  promisify(argon2);

interface Phc {
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  tag: Buffer;
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

function write({ memory, passes: t, parallelism: p, salt, tag }: Phc): string {
  return `$argon2id$v=19$m=${memory},t=${t},p=${p}$${unpadded(salt)}$${unpadded(tag)}`;
}

const phcPattern = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

function read(text: string): Phc | undefined {
  const [, memory, t, p, salt = '', tag = ''] = phcPattern.exec(text) ?? [];
  if (memory === undefined) return undefined;
  return {
    memory: Number(memory),
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** What is checked when there is nobody: the same cost, and no password fits. */
const nobody: Phc = {
  memory: memoryKib,
  passes,
  parallelism,
  salt: Buffer.alloc(saltBytes),
  tag: Buffer.alloc(tagBytes),
};

/**
 * They run four at a time on libuv's threads; a login beyond `maxUnderWay` is refused instead of
 * waiting for its turn behind all others.
 */
export function createPasswords({ maxUnderWay = 100 } = {}): Passwords {
  let underWay = 0;

  async function tagOf(password: string, phc: Omit<Phc, 'tag'>, tagLength: number) {
    if (underWay >= maxUnderWay) {
      throw new AppError('unavailable', 'Too many people log in at this moment.', {
        hint: 'Try again in a few seconds.',
      });
    }
    underWay += 1;
    try {
      return await derive('argon2id', {
        // Keyboards differ in how they compose letters.
        message: password.normalize('NFKC'),
        nonce: phc.salt,
        memory: phc.memory,
        passes: phc.passes,
        parallelism: phc.parallelism,
        tagLength,
      });
    } finally {
      underWay -= 1;
    }
  }

  return {
    async hash(password) {
      const phc = { memory: memoryKib, passes, parallelism, salt: randomBytes(saltBytes) };
      return write({ ...phc, tag: await tagOf(password, phc, tagBytes) });
    },
    async verify(password, stored) {
      const known = stored ? read(stored) : undefined;
      const phc = known ?? nobody;
      const tag = await tagOf(password, phc, phc.tag.length);
      return timingSafeEqual(tag, phc.tag) && known !== undefined;
    },
  };
}
