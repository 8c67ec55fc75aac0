// What a model sees in place of a personal value: `⟦EMAIL_1:ma•••@gmail.com⟧`. The brackets are no
// syntax of HTML, Markdown, SQL, URLs or regular expressions, and models copy them faithfully.
// What follows the colon is for reading only: a token is known by its type and number.

/** What a token says: `c` before the number marks those that a client made for itself. */
export interface Token {
  type: string;
  number: number;
  /** Made by a client: nothing here knows its value. */
  foreign: boolean;
  /** Its length in the text. */
  length: number;
}

const body = '([A-Z][A-Z0-9]{1,15})_(c?)([1-9][0-9]{0,8})(?::([^⟦⟧\\n]{0,200}))?';
const current = new RegExp(`⟦${body}⟧`, 'y');
/** The form of the first days of the field, for the built-in types only: the rest is markup. */
const older = /<(EMAIL|PHONE|IBAN|CARD|IP|SECRET|NAME)_(c?)([1-9][0-9]{0,8})(?::[^<>\n]{0,200})?>/y;

/** The token that begins at `at`; with `oldForm` also `<EMAIL_1>`, which is not made any more. */
export function tokenAt(text: string, at: number, oldForm = false): Token | undefined {
  const pattern = oldForm && text.charCodeAt(at) === 60 ? older : current;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found) return undefined;
  const [{ length }, type = '', foreign, number] = found;
  return { type, number: Number(number), foreign: foreign === 'c', length };
}

/** Every token in `text` with its place, of both forms. */
export function tokensIn(text: string): (Token & { start: number })[] {
  const tokens: (Token & { start: number })[] = [];
  for (const { index } of text.matchAll(/[⟦<]/g)) {
    const token = tokenAt(text, index, true);
    if (token) tokens.push({ ...token, start: index });
  }
  return tokens;
}

export const keyOf = (token: { type: string; number: number }): string =>
  `${token.type}_${token.number}`;

export const write = (token: { type: string; number: number }, value: string): string =>
  `⟦${keyOf(token)}:${mask(token.type, value, '•••')}⟧`;

const letters = /[\p{L}\p{N}]/u;

function maskEmail(value: string, dots: string): string {
  const at = value.search(/@|%40|&#/);
  const local = value.slice(0, at);
  return `${local.slice(0, local.length > 3 ? 2 : 1)}${dots}${value.slice(at)}`;
}

/** The first letter of each word. */
function maskName(value: string, dots: string): string {
  const initials = value
    .split(/[\s,]+/)
    .map((word) => letters.exec(word)?.[0] ?? '')
    .filter((initial) => initial !== '');
  return initials.map((initial) => initial + dots).join(' ');
}

/** Enough to tell two values apart, too little to know them; what it shows is no value itself. */
export function mask(type: string, value: string, dots = '***'): string {
  switch (type) {
    case 'EMAIL':
      return maskEmail(value, dots);
    case 'PHONE':
      return `${value.slice(0, value.startsWith('+') ? 3 : 0)}${dots}${value.slice(-2)}`;
    case 'IBAN':
      return `${value.slice(0, 2)}${dots}${value.slice(-2)}`;
    case 'CARD':
      return `${dots}${value.replace(/\D/g, '').slice(-4)}`;
    case 'IP':
      return `${value.split(/[.:]/, 1)[0] ?? ''}${dots}`;
    case 'NAME':
      return maskName(value, dots);
    default:
      return dots;
  }
}
