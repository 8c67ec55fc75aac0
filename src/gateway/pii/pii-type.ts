// The kinds of personal values that the gateway knows. Admins add kinds of their own by patterns.

/** In the order of the settings page; `NAME` is found by known fields and the directory alone. */
export const piiTypes = ['EMAIL', 'PHONE', 'IBAN', 'CARD', 'IP', 'SECRET', 'NAME'] as const;

/** What a kind may be called: short, so that it is one word of a token. */
export const typePattern = /^[A-Z][A-Z0-9]{1,15}$/;

/** A personal value in a text: `text.slice(start, end)`. */
export interface Hit {
  type: string;
  start: number;
  end: number;
}
