// The shapes of names in identity: e-mail addresses, passwords, usernames, workspaces, folders,
// groups and principals. One place, so that every operation refuses the same things.
import { z } from 'zod';

/** Compared and stored in small letters; the local part is free, because mail servers are. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(
    /^[^\s@/"(),:;<>[\\\]\p{Cc}]+@[^\s@/"(),:;<>[\\\]\p{Cc}]+$/u,
    'an e-mail address such as ann@example.com',
  )
  .describe('e-mail address');

/** NIST SP 800-63B: length is what counts, and no rule about kinds of characters. */
export const newPassword = z
  .string()
  .min(8, 'at least 8 characters')
  .max(200, 'at most 200 characters')
  .describe('8 to 200 characters');

/** A password to check, however it was once made. */
export const givenPassword = z.string().max(1000).describe('password');

export const username = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,49}$/,
    'letters, digits and _ . -, at most 50, beginning with a letter or digit',
  )
  // Whoever uses an app for everybody without an account: their jobs are nobody's.
  .refine((name) => name !== 'anonymous', 'the name anonymous stands for nobody')
  .describe('name inside the workspace, as in u/<username>/…');

/** To look somebody up: instance admins appear under their e-mail address where they are guests. */
export const anyUsername = z
  .string()
  .max(254)
  .regex(/^[^\p{Cc}]+$/u, 'a username')
  .describe('name inside the workspace, as in u/<username>/…');

export const workspaceIdPattern = /^[a-z0-9][a-z0-9_-]{0,49}$/;

export const workspaceId = z
  .string()
  .regex(
    workspaceIdPattern,
    'small letters, digits, - and _, at most 50, beginning with a letter or digit',
  )
  .describe('id of a workspace');

export const folderName = z
  .string()
  .regex(/^[a-zA-Z0-9_]{1,100}$/, 'letters, digits and _, at most 100')
  .describe('name of a folder, without f/');

export const groupName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,50}$/, 'letters, digits, _ and -, at most 50')
  .describe('name of a group, without g/');

/** `u/<username>` or `g/<group>`: whom a folder or an item grants something. */
export const principal = z
  .string()
  .max(254)
  .regex(/^(?:u\/[a-zA-Z0-9][a-zA-Z0-9_.@+-]*|g\/[a-zA-Z0-9_-]+)$/, 'u/<username> or g/<group>')
  .describe('u/<username> or g/<group>');

export const owners = z.array(principal).max(1000).describe('who may change the folder itself');

/** A thousand principals, which is more than anybody oversees. */
export const extraPerms = z
  .record(principal, z.boolean())
  .refine((perms) => Object.keys(perms).length <= 1000, 'at most 1000 principals')
  .describe('principal → true to write, false to read');

/** PostgreSQL cannot store NUL, and control characters only confuse lists. */
export const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'one line without control characters');

export const summary = z
  .string()
  .max(2000)
  .refine((text) => !text.includes('\0'), 'may not hold a NUL character')
  .describe('what it is for, in a sentence');

/** The beginning of a username: the part before the @, in letters that paths like. */
export function usernameFrom(address: string): string {
  const local = address.split('@')[0] ?? '';
  const plain = local
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
  return plain === '' ? 'user' : plain;
}
