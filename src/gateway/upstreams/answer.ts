// The result of a tool as the answer of an action: what is text goes through policy as a value,
// and only pictures and sounds go beside it, within caps. Links are told, never followed.
import { isObject } from '../../base/index.ts';
import type { Answer, JsonObject, Media } from '../action.ts';
import { refusal } from '../reasons.ts';
import { saidOf } from '../said.ts';
import { visible, visibleIn } from './scan.ts';

const mediaTypes = /^(?:image\/(?:png|jpeg|gif|webp)|audio\/(?:mpeg|wav|ogg|webm|mp4|x-wav))$/;
/** Of all pictures and sounds of one answer, base64. */
const maxMediaChars = 2_000_000;
/** Schemes that a client may run instead of showing. */
const harmfulLink = /^\s*(?:javascript|data|vbscript):/i;

/** What a resource says of itself; its bytes are left out, its text stays. */
function resourceOf(block: JsonObject): JsonObject {
  const resource = block['type'] === 'resource' ? block['resource'] : block;
  const { uri, name, title, description, mimeType, text } = isObject(resource) ? resource : {};
  const link = typeof uri === 'string' && !harmfulLink.test(uri) ? uri : null;
  const said = { uri: link, name, title, description, mimeType, text };
  return visibleIn(
    Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  );
}

/** Throws `upstream_failed` with the tool's own words when it says that it failed. */
export function answerOf(title: string, result: JsonObject): Answer {
  const blocks = (Array.isArray(result['content']) ? result['content'] : []).filter(isObject);
  const texts = blocks.flatMap(({ type, text }) =>
    type === 'text' && typeof text === 'string' ? [visible(text)] : [],
  );
  const text = texts.join('\n');
  if (result['isError'] === true) {
    throw refusal('upstream_failed', `${title} refused it: ${saidOf(text)}`);
  }
  const media: Media[] = [];
  const notes: string[] = [];
  let room = maxMediaChars;
  for (const { type, data, mimeType } of blocks) {
    if (type !== 'image' && type !== 'audio') continue;
    const chars = typeof data === 'string' ? data.length : 0;
    const known = typeof data === 'string' && mediaTypes.test(String(mimeType));
    if (known && chars <= room) {
      room -= chars;
      media.push({ type, data, mimeType: String(mimeType) });
    } else notes.push(`One ${type} was left out: of a kind or size that is not passed on.`);
  }
  const resources = blocks
    .filter(({ type }) => type === 'resource' || type === 'resource_link')
    .map(resourceOf);
  const main = visibleIn(result['structuredContent']) ?? text;
  const value = resources.length === 0 ? main : { result: main, resources };
  return { value, notes, ...(media.length > 0 && { media }) };
}
