// Tool names of scripts and flows, as Windmill makes them (`s-f_team_report`), so that prompts
// which name a tool keep working. Unlike there, two paths never share a name.
import { sha256 } from '../../base/index.ts';

export type RunnableKind = 'script' | 'flow';

/** Windmill's cap; clients prefix the server's name, and several cut or drop beyond 64. */
const maxNameLength = 40;
const headLength = 22;
const digestLength = 16;

/**
 * The tool name of a script or flow: 1 to 40 characters of `A-Za-z0-9_-`, a function of kind and
 * path alone. `_` becomes `__`, `/` becomes `_`; a lower-case first letter means that this form
 * stands as it is, an upper-case one that it was too long, ambiguous or had other characters and
 * ends in 16 hex digits of its SHA-256.
 */
export function toolNameOf(kind: RunnableKind, path: string): string {
  const letter = kind === 'script' ? 's' : 'f';
  const escaped = path.replaceAll('_', '__').replaceAll('/', '_');
  const short = `${letter}-${escaped}`;
  // `a/_b` and `a_/b` escape alike. Without an underscore beside a slash, each run of
  // underscores is either one slash or doubled underscores, so the form can be read back.
  const ambiguous = path.includes('/_') || path.includes('_/');
  const readable = /^[A-Za-z0-9_-]+$/.test(escaped) && !ambiguous;
  if (readable && short.length <= maxNameLength) return short;
  const head = escaped.replaceAll(/[^A-Za-z0-9_-]/gu, '-').slice(0, headLength);
  // Windmill digests the escaped form, which an ambiguous path shares with another one.
  const digest = sha256(ambiguous ? `${letter}-${path}` : short).slice(0, digestLength);
  return `${letter.toUpperCase()}-${head}${digest}`;
}

/** The path that a name in the readable form of a script stands for; undefined for other names. */
export function pathOfName(name: string): string | undefined {
  if (!/^s-[A-Za-z0-9_-]+$/.test(name)) return undefined;
  const path = name.slice(2).replaceAll(/__?/g, (run) => (run === '__' ? '_' : '/'));
  return toolNameOf('script', path) === name ? path : undefined;
}
