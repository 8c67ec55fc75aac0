// A service's own words: of an error, on the way, of what a tool does. They go whole through the
// search for personal values and are cut after it: half an address or half a key at a cut would
// pass by the search.
import { cutBytes } from '../base/index.ts';

/** More is no explanation, and is not shown at all. */
const maxSearchedChars = 65_536;
const maxShownBytes = 800;

/** What a service said, as it stands until `cutSaid`. */
export const saidOf = (text: string): string =>
  text.length <= maxSearchedChars ? text : `(${text.length} characters)`;

/** A message without personal values, as long as anybody reads it; no token is cut in two. */
export function cutSaid(message: string, maxBytes = maxShownBytes): string {
  const cut = cutBytes(message, maxBytes);
  return cut === message ? message : `${cut.replace(/⟦[^⟧]*$/, '')}…`;
}
