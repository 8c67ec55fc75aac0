// What a row of a translation table is: an address of Windmill's REST, the operation behind it,
// how the input comes out of the request and how the output goes back. A row renames and encodes,
// nothing more.
import type { WireRequest } from './wire-request.ts';

export interface Answer {
  status: number;
  /** `json` bodies are values; the others are text. */
  type: 'json' | 'text';
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Row {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/`; `:name` is one segment, a final `*` an item's path with its slashes. */
  path: string;
  operation: string;
  input: (request: WireRequest) => unknown;
  answer: (output: never) => Answer;
  /**
   * What Windmill's command line hears when there is nothing to delete: it deletes an item of
   * several files once for each.
   */
  gone?: Answer;
  /** Run routes take run tokens in the address, and bodies of any kind. */
  runs?: true;
  /** Of a GET that changes something: the page that asks first, where browsers are sent. */
  page?: (request: WireRequest) => string;
  /** Takes a multipart form. */
  multipart?: true;
}

/** For `gone`. */
export const nothingLeft: Answer = { status: 200, type: 'text', body: 'already deleted' };

type Encode<Output> = (output: Output) => unknown;

/** The output as JSON. */
export function json<Output = unknown>(
  encode: Encode<Output> = (output) => output,
  status = 200,
): (output: Output) => Answer {
  return (output) => ({ status, type: 'json', body: encode(output) ?? null });
}

/** One item as JSON: what was deployed, not what somebody is at work on. */
export function jsonItem<Output>(
  encode: (output: Output) => Record<string, unknown>,
): (output: Output) => Answer {
  return json((output) => ({ ...encode(output), is_draft: false }));
}

/** A list as JSON, each row encoded. */
export function jsonRows<Output>(encode: Encode<Output>): (output: readonly Output[]) => Answer {
  return (output) => ({ status: 200, type: 'json', body: output.map(encode) });
}

/** Raw text: Windmill's clients take ids, tokens and hashes as they stand, without quotes. */
export function text<Output = unknown>(
  encode: (output: Output) => string,
  status = 200,
): (output: Output) => Answer {
  return (output) => ({ status, type: 'text', body: encode(output) });
}

type RowParts = Omit<Row, 'method'>;

export const get = (parts: RowParts): Row => ({ method: 'GET', ...parts });
export const post = (parts: RowParts): Row => ({ method: 'POST', ...parts });
export const remove = (parts: RowParts): Row => ({ method: 'DELETE', ...parts });
