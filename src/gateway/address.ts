// Addresses below a service: what somebody gives as a part of one cannot leave its place.
import { AppError } from '../base/index.ts';
import { refusal } from './reasons.ts';

/** One part of a path, escaped; throws `invalid_params` for what would lead elsewhere. */
export function segment(value: string | number): string {
  const text = String(value).toWellFormed();
  const parts = text.split(/[/\\]/);
  // Dot segments leave the place, and some servers unescape slashes before they look.
  if (text !== '' && !parts.some((part) => part === '.' || part === '..')) {
    return encodeURIComponent(text);
  }
  throw refusal('invalid_params', `"${text.slice(0, 100)}" cannot stand in an address.`);
}

/** A path whose values are segments: path`/repos/${owner}/${repo}`. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]) {
  return String.raw({ raw: parts }, ...values.map(segment));
}

/** A path that somebody gives as a whole, such as that of a file: every part is a segment. */
export const filePath = (text: string): string => text.split('/').map(segment).join('/');

/** https only: keys go there. `http` is for addresses that the operator allows by name. */
export function baseAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && url.username === '' && url.password === '' && url.search === '';
  if (plain && /^https?:$/.test(url.protocol) && url.hash === '') {
    return url.href.replace(/\/+$/, '');
  }
  throw new AppError('invalid_input', 'The base address is no http or https address.', {
    hint: 'Give an address such as https://example.atlassian.net, without user or query.',
  });
}
