// JSON that stands in strings of JSON, as many upstreams answer it: read for its meaning, and
// changed literal by literal, so that its numbers, spaces and order stay as they were.

/** What `text` holds when it is JSON with a list, an object or a string; undefined otherwise. */
export function embeddedIn(text: string): unknown {
  let at = 0;
  let first = text.charCodeAt(at);
  // Spaces, tabs and line breaks; before others there is no JSON.
  while (first === 32 || (first >= 9 && first <= 13)) first = text.charCodeAt((at += 1));
  if (first !== 0x7b && first !== 0x5b && first !== 0x22) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Literal {
  start: number;
  end: number;
  text: string;
  /** The field whose value it is, or of the list around it; undefined for the name of a field. */
  field: string | undefined;
}

/** The string literals of valid JSON, in order. */
export function* literalsOf(json: string): Generator<Literal> {
  let field = '';
  let start = json.indexOf('"');
  while (start >= 0) {
    let end = start + 1;
    while (json.charCodeAt(end) !== 0x22) end += json.charCodeAt(end) === 0x5c ? 2 : 1;
    end += 1;
    const raw = json.slice(start, end);
    const text = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    const isName = /[^ \t\r\n]/.exec(json.slice(end, end + 200))?.[0] === ':';
    if (isName) field = text;
    yield { start, end, text, field: isName ? undefined : field };
    start = json.indexOf('"', end);
  }
}
