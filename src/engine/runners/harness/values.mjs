// JSON of results and of anything thrown, safe against whatever a script returns or throws.
const { stringify } = JSON;
const longestText = 64 * 1024;

/**
 * JSON text of a result. undefined and functions become null, a Date its ISO text, a BigInt a
 * string of digits (a number would lose precision). Throws on cycles.
 */
export function toJson(value) {
  let text;
  try {
    text = stringify(value);
  } catch (error) {
    // Asked only now, because a replacer makes every result several times slower.
    if (!/bigint/i.test(String(error?.message))) throw error;
    text = stringify(value, (_key, item) => (typeof item === 'bigint' ? String(item) : item));
  }
  return text === undefined ? 'null' : text;
}

function cut(text) {
  return text.length > longestText ? `${text.slice(0, longestText)}… (cut)` : text;
}

function field(thrown, name) {
  try {
    const value = thrown[name];
    return typeof value === 'string' && value !== '' ? cut(value) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON text of `{ name, message, stack? }` for anything thrown: an Error, a string, null … */
export function describeError(thrown) {
  if (thrown === null || (typeof thrown !== 'object' && typeof thrown !== 'function')) {
    return stringify({ name: 'Error', message: cut(String(thrown)) });
  }
  let message = field(thrown, 'message');
  if (message === undefined && !(thrown instanceof Error)) {
    try {
      message = cut(toJson(thrown));
    } catch {
      message = 'an object that is not JSON was thrown';
    }
  }
  const name = field(thrown, 'name') ?? 'Error';
  return stringify({ name, message: message ?? '', stack: field(thrown, 'stack') });
}
