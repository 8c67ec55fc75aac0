// A service's own words about an error. They go whole through the search for personal values and
// are cut after it: half an address or half a key at a cut would pass by the search.
import { cutBytes } from '../base/index.ts';

/** More is no explanation, and is not shown at all. */
const maxSearchedChars = 65_536;
const maxShownBytes = 800;

/** What a service said, to stand in the message of an error until `cutSaid`. */
export const saidOf = (text: string): string =>
  text.length <= maxSearchedChars ? text : `(${text.length} characters)`;

/** A message without personal values, as long as anybody reads it; no token is cut in two. */
export function cutSaid(message: string): string {
  const cut = cutBytes(message, maxShownBytes);
  return cut === message ? message : `${cut.replace(/⟦[^⟧]*$/, '')}…`;
}
