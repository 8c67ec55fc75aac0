// Images and documents that a person shows to an agent, as parts of a message. Their bytes go to
// the provider and nowhere else: results and memories say what they were.
import { z } from 'zod';
import type { Message, Part } from './conversation.ts';

const pdf = 'application/pdf';
const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', pdf];

/** 15 MB of bytes, in base64. */
const maxUnits = 20_000_000;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

const isAttached = (url: string): boolean => {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma);
  if (!head.startsWith('data:') || !head.endsWith(';base64')) return false;
  const type = head.slice('data:'.length, -';base64'.length);
  return types.includes(type) && base64.test(url.slice(comma + 1));
};

const address = z
  .string()
  .max(maxUnits, `an attachment is ${maxUnits} characters at most`)
  .refine(
    (url) => isAttached(url) || /^https:\/\/[^@]+$/.test(url),
    `an attachment is https://… of an image, or data:<type>;base64,… of ${types.join(', ')}`,
  );

const source = z.union(
  [
    address,
    z.looseObject({ url: address }).transform(({ url }) => url),
    z
      .looseObject({ data: z.string().max(maxUnits), media_type: z.string().max(100) })
      .transform((given) => `data:${given.media_type};base64,${given.data}`)
      .pipe(address),
  ],
  {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 's3' in input
        ? 'files of an object store cannot be attached; give {data, media_type} or {url}'
        : 'an attachment is a data URL, {data, media_type} with base64, or {url} with https',
  },
);

/** What `user_attachments` may hold. */
export const attachments = z
  .array(source)
  .max(20)
  .refine(
    (all) => all.reduce((sum, { length }) => sum + length, 0) <= 2 * maxUnits,
    `attachments are ${2 * maxUnits} characters together at most`,
  );

/** A data URL in its two parts; undefined for an address. */
export function inlineOf(url: string): { mediaType: string; base64: string } | undefined {
  const comma = url.indexOf(',');
  if (!url.startsWith('data:')) return undefined;
  const mediaType = url.slice('data:'.length, url.indexOf(';'));
  return { mediaType, base64: url.slice(comma + 1) };
}

/** One message of a text and what is attached to it. */
export function withAttachments(text: string, urls: readonly string[]): string | Part[] {
  if (urls.length === 0) return text;
  const parts = urls.map((url, n): Part => {
    if (inlineOf(url)?.mediaType !== pdf) return { type: 'image_url', image_url: { url } };
    return { type: 'file', file: { filename: `attachment-${n + 1}.pdf`, file_data: url } };
  });
  return text === '' ? parts : [{ type: 'text', text }, ...parts];
}

/** What stands for an attachment where its bytes would only be in the way. */
function noteOf(url: string): string {
  const inline = inlineOf(url);
  if (!inline) return `[image ${url.slice(0, 200)}]`;
  return `[${inline.mediaType}, ${Math.floor((inline.base64.length * 3) / 4)} bytes]`;
}

/** The message with notes in place of bytes. */
export function retold(message: Message): Message {
  if (message.role !== 'user' || typeof message.content === 'string') return message;
  const lines = message.content.map((part) => {
    if (part.type === 'text') return part.text;
    return noteOf(part.type === 'file' ? part.file.file_data : part.image_url.url);
  });
  return { role: 'user', content: lines.join('\n') };
}
