// Multipart forms (RFC 7578): fields as text, files as base64 with their names, byte for byte. The
// platform's parser does the reading; here are the bounds, and what must not be passed on changed.
import { AppError } from '../../base/index.ts';

const maxParts = 1000;

/** A file of a form, as a job's arguments hold it. */
interface Upload {
  filename: string;
  content_type: string;
  /** Base64. */
  content: string;
}

type Part = string | Upload;

const malformed = (): AppError =>
  new AppError('invalid_input', 'The body is not a well formed multipart form.');

/** What stands between the parts: up to 70 characters, RFC 2046 section 5.1.1. */
function boundaryOf(type: string): Buffer {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))\s*(?:;|$)/i.exec(type);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw malformed();
  return Buffer.from(`--${boundary}`, 'latin1');
}

/** Counted before anything is made of them: a part costs more than its bytes. */
function assertFewParts(content: Buffer, boundary: Buffer): void {
  let parts = 0;
  for (let at = content.indexOf(boundary); at !== -1; parts += 1) {
    if (parts > maxParts) {
      throw new AppError('too_large', `The form has more than ${maxParts} parts.`, {
        hint: 'Send several forms, or one file that holds the others.',
      });
    }
    at = content.indexOf(boundary, at + boundary.length);
  }
}

/** Throws for bytes that became replacement characters: the text would not be what was sent. */
function assertText(name: string, value: string, content: Buffer): void {
  if (!value.includes('\uFFFD') || content.includes(value, 0, 'utf8')) return;
  throw new AppError('invalid_input', `The field ${name.slice(0, 100)} is not text in UTF-8.`, {
    hint: 'Send it as a file: with a filename in its Content-Disposition.',
  });
}

async function partOf(value: string | File): Promise<Part> {
  if (typeof value === 'string') return value;
  const content = Buffer.from(await value.arrayBuffer()).toString('base64');
  return { filename: value.name.slice(0, 1000), content_type: value.type.slice(0, 200), content };
}

/** The parts by name. Of equal names the last counts; several files become a list. */
export async function parseMultipart(
  content: Buffer,
  type: string,
): Promise<Record<string, Part | Upload[]>> {
  assertFewParts(content, boundaryOf(type));
  let form: FormData;
  try {
    const response = new Response(new Uint8Array(content), { headers: { 'content-type': type } });
    form = await response.formData();
  } catch {
    throw malformed();
  }
  const parts = new Map<string, Part | Upload[]>();
  for (const [name, value] of form) {
    const part = await partOf(value);
    const before = parts.get(name);
    if (typeof part === 'string') {
      assertText(name, part, content);
      parts.set(name, part);
    } else {
      const files = typeof before === 'object' ? [before].flat() : [];
      parts.set(name, files.length > 0 ? [...files, part] : part);
    }
  }
  return Object.fromEntries(parts);
}
