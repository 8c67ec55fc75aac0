// Messages as Gmail carries them: MIME text on the way out, trees of parts on the way in.
import type { JsonObject } from '../../action.ts';
import { objectOf, objectsOf, textOf } from '../shaping.ts';

export interface Mail {
  to: readonly string[];
  cc?: readonly string[] | undefined;
  subject: string;
  body: string;
}

/** A header is one line, whatever it is made of. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const maxWordBytes = 45;

/** Encoded words (RFC 2047), each whole characters and at most 75 columns long. */
function encodedSubject(text: string): string {
  const line = oneLine(text);
  if (/^[ -~]*$/.test(line) && !line.includes('=?')) return line;
  const words: string[] = [''];
  for (const character of line) {
    const longer = `${words.at(-1)}${character}`;
    if (Buffer.byteLength(longer) > maxWordBytes) words.push(character);
    else words[words.length - 1] = longer;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

/** The message as Gmail wants it in `raw`. */
export function rawMail({ to, cc = [], subject, body }: Mail): string {
  const lines = [
    `To: ${to.map(oneLine).join(', ')}`,
    ...(cc.length > 0 ? [`Cc: ${cc.map(oneLine).join(', ')}`] : []),
    `Subject: ${encodedSubject(subject)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(body)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
  ];
  return Buffer.from(lines.join('\r\n')).toString('base64url');
}

function partsOf(part: JsonObject): JsonObject[] {
  return [part, ...objectsOf(part['parts']).flatMap(partsOf)];
}

const contentOf = (part: JsonObject): string =>
  Buffer.from(textOf(objectOf(part['body'])['data']), 'base64url').toString('utf8');

const plain = (html: string): string =>
  html
    .replaceAll(/<(style|script)\b[^]*?<\/\1>/gi, '')
    .replaceAll(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d)>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\n\s*\n+/g, '\n\n')
    .trim();

/** Who, what and when, and the text: of HTML only where there is nothing else. */
export function mailOf(message: unknown): JsonObject {
  const from = objectOf(message);
  const payload = objectOf(from['payload']);
  const headers = objectsOf(payload['headers']);
  const header = (name: string): unknown =>
    headers.find((one) => String(one['name']).toLowerCase() === name)?.['value'] ?? null;
  const parts = partsOf(payload);
  const files = parts.filter((part) => typeof part['filename'] === 'string' && part['filename']);
  const ofType = (type: string): JsonObject[] =>
    parts.filter((part) => part['mimeType'] === type && !part['filename']);
  const texts = ofType('text/plain').map(contentOf);
  return {
    id: from['id'],
    thread_id: from['threadId'] ?? null,
    from: header('from'),
    to: header('to'),
    cc: header('cc'),
    subject: header('subject'),
    date: header('date'),
    labels: from['labelIds'] ?? [],
    text: (texts.length > 0 ? texts : ofType('text/html').map(contentOf).map(plain)).join('\n'),
    attachments: files.map((part) => part['filename']),
  };
}
